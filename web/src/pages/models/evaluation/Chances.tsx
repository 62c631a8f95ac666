import { Trans, useLingui } from '@lingui/react/macro';
import { useMemo } from 'react';
import { ErrorChart } from '@/charts/ErrorChart';
import { Card, Facts } from '@/components/Card';
import { type Column, DataTable } from '@/components/DataTable';
import { formatInteger, formatNumber, formatPercent, formatSigned } from '@/lib/format';
import type { EvaluationResult } from '@/lib/queries/evaluations';

type ResultProps = { result: EvaluationResult };
type Coverage = EvaluationResult['coverage'][number];

/** Whether stated chances hold, and how often intervals cover. */
export function Chances({ result }: ResultProps) {
  const { t } = useLingui();
  const { bins, brier, base, skill, expected_error: distance } = result.calibration;
  if (bins.length === 0) {
    return (
      <Card>
        <p className="text-12 text-text-2">
          <Trans>
            There are too few bars to learn chances from the earlier and judge them on the later.
          </Trans>
        </p>
      </Card>
    );
  }
  return (
    <div className="grid gap-3 lg:grid-cols-2">
      <Card
        title={t`Chance to beat the middle of the bar`}
        note={t`stated and observed, ± standard error`}
      >
        <ErrorChart
          label={t`Chance to beat the middle of the bar`}
          diagonal
          formatX={(value) => formatPercent(value, 1)}
          formatY={(value) => formatPercent(value, 1)}
          xTitle={t`stated chance`}
          points={bins.map(({ stated, observed, rows }) => ({
            key: String(stated),
            x: stated,
            y: observed.value,
            error: observed.error,
            note: t`stated ${formatPercent(stated, 1)}, observed ${formatPercent(observed.value, 1)} of ${formatInteger(rows)} rows`,
          }))}
        />
        <Facts
          rows={[
            [t`Brier score`, `${formatNumber(brier.value, 4)} ± ${formatNumber(brier.error, 4)}`],
            [t`Of always saying the share seen before`, formatNumber(base, 4)],
            [t`Better by`, `${formatSigned(skill.value, 5)} ± ${formatNumber(skill.error, 5)}`],
            [t`Mean distance of stated and observed`, formatPercent(distance, 2)],
          ]}
        />
        <p className="pt-2 text-12 text-text-3">
          <Trans>
            Chances come from an isotonic regression on earlier scores whose outcomes were known.
          </Trans>
        </p>
      </Card>
      <CoverageCard result={result} />
    </div>
  );
}

function CoverageCard({ result }: ResultProps) {
  const { t } = useLingui();
  const columns = useMemo<Column<Coverage>[]>(
    () => [
      {
        key: 'key',
        header: t`Year`,
        width: 72,
        cell: (row) => (row.key === 'all' ? t`all` : row.key),
      },
      {
        key: 'fixed',
        header: t`Fixed ± se`,
        width: 120,
        numeric: true,
        cell: (row) => covered(row.fixed),
      },
      {
        key: 'fixed_radius',
        header: t`Half-width`,
        width: 84,
        numeric: true,
        cell: (row) => formatPercent(row.fixed_radius, 2),
      },
      {
        key: 'adaptive',
        header: t`Adaptive ± se`,
        width: 120,
        numeric: true,
        cell: (row) => covered(row.adaptive),
      },
      {
        key: 'adaptive_radius',
        header: t`Half-width`,
        width: 84,
        numeric: true,
        cell: (row) => formatPercent(row.adaptive_radius, 2),
      },
    ],
    [t],
  );
  return (
    <Card
      title={t`Conformal intervals`}
      note={t`aimed at ${formatPercent(result.aimed, 0)} of the returns over the mean`}
      flush
    >
      <DataTable
        label={t`Conformal intervals`}
        columns={columns}
        rows={result.coverage}
        rowKey={(row) => row.key}
        maxHeight={360}
      />
    </Card>
  );
}

const covered = (share: Coverage['fixed']): string =>
  `${formatPercent(share.value, 1)} ± ${formatNumber(share.error === null ? null : share.error * 100, 1)}`;
