import { useLingui } from '@lingui/react/macro';
import { useMemo } from 'react';
import { Card } from '@/components/Card';
import { type Column, DataTable } from '@/components/DataTable';
import { cx } from '@/lib/classes';
import { formatDate, formatInteger, formatNumber, formatPercent } from '@/lib/format';
import type { DriftColumn, DriftReport } from '@/lib/queries/monitors';
import { tone } from './FoundCard';

/** Every feature, the most moved first, with where its newest values lie among those trained on. */
export function ColumnsCard({ report }: { report: DriftReport }) {
  const { t } = useLingui();
  const columns = useColumns();
  const { reference } = report;
  return (
    <Card
      title={t`Features`}
      note={t`against ${formatDate(reference.start)} to ${formatDate(reference.end)}, ${formatInteger(reference.rows)} rows`}
      flush
      className="min-h-80 flex-1 lg:min-h-0"
    >
      <DataTable
        label={t`Features`}
        columns={columns}
        rows={report.columns}
        rowKey={(row) => row.name}
        initialSort={{ key: 'psi', descending: true }}
        dense
      />
    </Card>
  );
}

function useColumns(): Column<DriftColumn>[] {
  const { t } = useLingui();
  return useMemo(
    () => [
      {
        key: 'name',
        header: t`Feature`,
        width: 150,
        grow: 2,
        value: (row) => row.name,
        cell: (row) => <span className="font-mono text-11">{row.name}</span>,
      },
      {
        key: 'psi',
        header: t`PSI`,
        width: 72,
        numeric: true,
        value: (row) => row.psi,
        cell: (row) => <span className={tone(row.psi)}>{formatNumber(row.psi, 3)}</span>,
      },
      {
        key: 'ks',
        header: t`KS`,
        width: 72,
        numeric: true,
        value: (row) => row.ks,
        cell: (row) => formatNumber(row.ks, 3),
      },
      {
        key: 'missing',
        header: t`Missing, before → now`,
        width: 150,
        numeric: true,
        value: (row) => (row.missing_after ?? 0) - (row.missing_before ?? 0),
        cell: (row) =>
          `${formatPercent(row.missing_before, 1)} → ${formatPercent(row.missing_after, 1)}`,
      },
      {
        key: 'shares',
        header: t`Newest values in tenths of the old`,
        width: 200,
        grow: 2,
        cell: (row) => <Tenths shares={row.shares} />,
      },
    ],
    [t],
  );
}

/** Ten bars; without drift all reach the line at a tenth. */
function Tenths({ shares }: { shares: number[] }) {
  const { t } = useLingui();
  if (shares.length === 0) return null;
  const told = shares.map((share) => formatPercent(share, 0)).join(', ');
  return (
    <span
      role="img"
      aria-label={t`Shares in each tenth: ${told}`}
      title={told}
      className="relative flex h-5 w-full max-w-44 items-end gap-px border-line border-b"
    >
      {shares.map((share, place) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: a tenth is its place
          key={place}
          style={{ height: `${Math.min(share / 0.3, 1) * 100}%` }}
          className={cx('min-h-px flex-1', share > 0.2 || share < 0.05 ? 'bg-warn' : 'bg-accent')}
        />
      ))}
      <span className="absolute right-0 bottom-1/3 left-0 border-text-3 border-t border-dashed" />
    </span>
  );
}
