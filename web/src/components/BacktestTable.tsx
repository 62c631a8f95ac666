import { useLingui } from '@lingui/react/macro';
import { Link, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { type Column, DataTable } from '@/components/DataTable';
import { VerdictBadge } from '@/components/VerdictBadge';
import { formatAgo, formatInterval, formatNumber, formatSignedPercent, toneOf } from '@/lib/format';
import type { BacktestSummary } from '@/lib/queries/backtests';

type BacktestTableProps = {
  label: string;
  rows: BacktestSummary[];
  loading?: boolean;
  hasMore?: boolean;
  onEnd?: () => void;
  empty?: ReactNode;
  maxHeight?: number;
  /** Without the universe, for narrow places. */
  compact?: boolean;
};

const metric = (row: BacktestSummary, name: string): number | null =>
  row.metrics[name]?.value ?? null;

/** Backtests with result, interval and verdict: `<BacktestTable label={t`Backtests`} rows={rows} />`. */
export function BacktestTable({ compact, ...table }: BacktestTableProps) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const columns = useMemo<Column<BacktestSummary>[]>(
    () => [
      {
        key: 'name',
        header: t`Backtest`,
        width: 160,
        grow: 3,
        value: (row) => row.name,
        cell: (row) => (
          <Link
            to="/backtests/$backtestId"
            params={{ backtestId: row.id }}
            className="font-medium hover:underline"
          >
            {row.name}
          </Link>
        ),
      },
      {
        key: 'universe',
        header: t`Universe`,
        width: 110,
        cell: (row) => <span className="text-text-2">{row.universe.name}</span>,
      },
      {
        key: 'verdict',
        header: t`Verdict`,
        width: 128,
        cell: (row) => <VerdictBadge verdict={row.verdict.key} />,
      },
      {
        key: 'cagr',
        header: 'CAGR',
        width: 76,
        numeric: true,
        value: (row) => metric(row, 'cagr'),
        cell: (row) => (
          <span className={toneOf(metric(row, 'cagr'))}>
            {formatSignedPercent(metric(row, 'cagr'), 1)}
          </span>
        ),
      },
      {
        key: 'sharpe',
        header: t`Sharpe (95%)`,
        width: 152,
        numeric: true,
        value: (row) => metric(row, 'sharpe'),
        cell: (row) => (
          <span>
            {formatNumber(metric(row, 'sharpe'))}{' '}
            <span className="text-text-3">
              {formatInterval(row.metrics.sharpe?.low, row.metrics.sharpe?.high)}
            </span>
          </span>
        ),
      },
      {
        key: 'drawdown',
        header: t`Max drawdown`,
        width: 116,
        numeric: true,
        value: (row) => metric(row, 'max_drawdown'),
        cell: (row) => {
          const depth = metric(row, 'max_drawdown');
          return formatSignedPercent(depth === null ? null : -depth, 1);
        },
      },
      {
        key: 'created',
        header: t`Made`,
        width: 96,
        numeric: true,
        value: (row) => row.created_at,
        cell: (row) => <span className="text-text-2">{formatAgo(row.created_at)}</span>,
      },
    ],
    [t],
  );
  return (
    <DataTable
      {...table}
      columns={compact ? columns.filter((column) => column.key !== 'universe') : columns}
      rowKey={(row) => row.id}
      onRowClick={(row) =>
        void navigate({ to: '/backtests/$backtestId', params: { backtestId: row.id } })
      }
    />
  );
}
