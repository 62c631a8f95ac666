import { Trans, useLingui } from '@lingui/react/macro';
import { useMemo } from 'react';
import { Badge } from '@/components/Badge';
import { Card } from '@/components/Card';
import { type Column, DataTable } from '@/components/DataTable';
import { formatNumber, formatPercent } from '@/lib/format';
import { DROPPED } from '@/lib/pipelineWords';
import type { Pipeline, SelectedFeature } from '@/lib/queries/pipelines';
import { word } from '@/lib/words';

/** What selection kept and dropped, and why. */
export function SelectionCard({ pipeline }: { pipeline: Pipeline }) {
  const { t } = useLingui();
  const columns = useColumns();
  const selection = pipeline.selection;
  if (!selection) return null;
  const rows = [...selection.features].sort(
    (a, b) => Number(a.reason !== null) - Number(b.reason !== null) || share(b) - share(a),
  );
  const kept = rows.filter((one) => one.reason === null).length;
  return (
    <Card title={t`Features`} note={t`${kept} kept of ${rows.length}`} className="shrink-0" flush>
      <p className="px-3 pb-2 text-12 text-text-2">
        {!pipeline.spec.select ? (
          <Trans>Selection was switched off: the learners got every feature.</Trans>
        ) : selection.stable ? (
          <Trans>
            Picked on three of four halves of the older bars or more; at most{' '}
            {formatNumber(selection.false_bound, 1)} of them by luck.
          </Trans>
        ) : (
          <Trans>Nothing was stable: the most frequent features were kept instead.</Trans>
        )}
      </p>
      <DataTable
        label={t`Features`}
        columns={columns}
        rows={rows}
        rowKey={(row) => row.feature}
        maxHeight={Math.min(48 + 30 * rows.length, 320)}
        dense
      />
    </Card>
  );
}

const share = (one: SelectedFeature): number => one.frequency ?? -1;

function useColumns(): Column<SelectedFeature>[] {
  const { t, i18n } = useLingui();
  return useMemo(
    () => [
      {
        key: 'feature',
        header: t`Feature`,
        width: 220,
        grow: 3,
        value: (row) => row.feature,
        cell: (row) => <span className="truncate font-medium">{row.feature}</span>,
      },
      {
        key: 'frequency',
        header: t`Picked`,
        width: 90,
        numeric: true,
        value: (row) => row.frequency,
        cell: (row) => formatPercent(row.frequency, 0),
      },
      {
        key: 'coverage',
        header: t`Known`,
        width: 90,
        numeric: true,
        value: (row) => row.coverage,
        cell: (row) => formatPercent(row.coverage, 0),
      },
      {
        key: 'reason',
        header: t`Why`,
        width: 220,
        grow: 2,
        value: (row) => row.reason ?? '',
        cell: (row) =>
          row.reason === null ? (
            <Badge tone="good">{t`kept`}</Badge>
          ) : (
            <span className="truncate text-text-2">
              {word(i18n, DROPPED, row.reason)}
              {row.like && `: ${row.like}`}
            </span>
          ),
      },
    ],
    [t, i18n],
  );
}
