import { Trans, useLingui } from '@lingui/react/macro';
import { useMemo } from 'react';
import { ErrorChart } from '@/charts/ErrorChart';
import { Badge } from '@/components/Badge';
import { Card } from '@/components/Card';
import { type Column, DataTable } from '@/components/DataTable';
import { formatInteger, formatNumber, formatSigned } from '@/lib/format';
import type { EvaluationResult } from '@/lib/queries/evaluations';
import { DifferenceText } from './DifferenceText';

type Point = EvaluationResult['history'][number];

/** The same folds, learned from more and more of what lies before them. */
export function History({ result }: { result: EvaluationResult }) {
  const { t } = useLingui();
  const named = (window: number | null): string =>
    window === null ? t`all` : formatInteger(window);
  const columns = useMemo<Column<Point>[]>(
    () => [
      {
        key: 'window',
        header: t`Bars of history`,
        width: 120,
        cell: (row) => (
          <span className="inline-flex items-center gap-2">
            {row.window === null ? t`all` : formatInteger(row.window)}
            {row.own && (
              <Badge tone="accent">
                <Trans>this version</Trans>
              </Badge>
            )}
          </span>
        ),
      },
      {
        key: 'rows',
        header: t`Rows of a fold`,
        width: 110,
        numeric: true,
        cell: (row) => formatInteger(Math.round(row.rows)),
      },
      {
        key: 'ic',
        header: t`Rank IC ± se`,
        width: 130,
        numeric: true,
        cell: (row) =>
          `${formatSigned(row.ic.mean, 4)} ± ${formatNumber(row.ic.standard_error, 4)}`,
      },
      {
        key: 'difference',
        header: t`Less this version, 95 %`,
        width: 190,
        numeric: true,
        cell: (row) => <DifferenceText difference={row.difference} />,
      },
    ],
    [t],
  );
  if (result.history.length === 0) {
    return (
      <Card>
        <p className="text-12 text-text-2">
          <Trans>Not asked for in this evaluation.</Trans>
        </p>
      </Card>
    );
  }
  return (
    <div className="grid gap-3 lg:grid-cols-2">
      <Card title={t`Rank IC by length of history`} note={t`seed ${result.seed}, ± standard error`}>
        <ErrorChart
          label={t`Rank IC by length of history`}
          ordinal
          level={0}
          formatX={formatInteger}
          formatY={(value) => formatSigned(value, 3)}
          xTitle={t`newest bars that a fold learns from`}
          points={result.history.map((one) => ({
            key: String(one.window),
            x: one.window ?? 0,
            label: named(one.window),
            y: one.ic.mean,
            error: one.ic.standard_error,
            note: `${named(one.window)}: ${formatSigned(one.ic.mean, 4)} ± ${formatNumber(one.ic.standard_error, 4)}`,
          }))}
        />
      </Card>
      <Card title={t`Is more history better?`} note={t`the same test bars`} flush>
        <DataTable
          label={t`Is more history better?`}
          columns={columns}
          rows={result.history}
          rowKey={(row) => String(row.window)}
          maxHeight={320}
        />
      </Card>
    </div>
  );
}
