import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Grid3x3 } from 'lucide-react';
import { useMemo } from 'react';
import { BacktestTabs } from '@/components/BacktestTabs';
import { Badge } from '@/components/Badge';
import { buttonClass } from '@/components/Button';
import type { Column } from '@/components/DataTable';
import { ListPage } from '@/components/ListPage';
import { EmptyState } from '@/components/States';
import { formatAgo, formatInteger, formatNumber, formatPercent } from '@/lib/format';
import { flat } from '@/lib/queries/keys';
import { type SweepSummary, sweepsQuery } from '@/lib/queries/sweeps';
import { SweepBadge } from './SweepBadge';

const route = getRouteApi('/shell/backtests/sweeps');

export default function SweepsPage() {
  const { t } = useLingui();
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery(sweepsQuery(q));
  const columns = useColumns();
  const start = (
    <Link to="/backtests/sweeps/new" className={buttonClass('primary')}>
      <Grid3x3 className="size-3.5" aria-hidden />
      <Trans>New sweep</Trans>
    </Link>
  );
  return (
    <ListPage<SweepSummary>
      title={t`Sweeps`}
      above={<BacktestTabs />}
      list={{ ...list, rows: flat(list.data?.pages) }}
      columns={columns}
      onOpen={(row) =>
        void navigate({ to: '/backtests/sweeps/$sweepId', params: { sweepId: row.id } })
      }
      query={q}
      onQuery={(next) =>
        void navigate({ search: (before) => ({ ...before, q: next }), replace: true })
      }
      actions={start}
      empty={
        <EmptyState title={<Trans>No sweep yet</Trans>} action={start}>
          <Trans>
            A sweep tries a strategy with every combination of its parameters, counts each as a
            trial, and says whether the best is more than the luck of so many.
          </Trans>
        </EmptyState>
      }
    />
  );
}

function useColumns(): Column<SweepSummary>[] {
  const { t } = useLingui();
  return useMemo(
    () => [
      {
        key: 'name',
        header: t`Sweep`,
        width: 240,
        grow: 3,
        value: (row) => row.name,
        cell: (row) => (
          <Link
            to="/backtests/sweeps/$sweepId"
            params={{ sweepId: row.id }}
            className="font-medium hover:underline"
          >
            {row.name}
          </Link>
        ),
      },
      {
        key: 'universe',
        header: t`Universe`,
        width: 160,
        grow: 1.5,
        value: (row) => row.universe.name,
        cell: (row) => (
          <span className="inline-flex items-center gap-2">
            <span className="truncate">{row.universe.name}</span>
            {row.biased && <Badge tone="warn">{t`biased`}</Badge>}
          </span>
        ),
      },
      {
        key: 'points',
        header: t`Combinations`,
        width: 110,
        numeric: true,
        value: (row) => row.points,
        cell: (row) => formatInteger(row.points),
      },
      {
        key: 'beat',
        header: t`Beat holding`,
        width: 130,
        numeric: true,
        value: (row) => row.beat_return / row.points,
        cell: (row) => (
          <>
            {formatInteger(row.beat_return)}{' '}
            <span className="text-text-3">{formatPercent(row.beat_return / row.points, 0)}</span>
          </>
        ),
      },
      {
        key: 'verdict',
        header: t`Verdict`,
        width: 130,
        value: (row) => row.verdict.key,
        cell: (row) => <SweepBadge verdict={row.verdict.key} />,
      },
      {
        key: 'best',
        header: t`Best Sharpe`,
        width: 150,
        numeric: true,
        value: (row) => row.best.statistics.sharpe,
        cell: (row) => (
          <>
            {formatNumber(row.best.statistics.sharpe)}{' '}
            <span className="text-text-3">{t`holding ${formatNumber(row.holding.sharpe)}`}</span>
          </>
        ),
      },
      {
        key: 'created',
        header: t`Made`,
        width: 100,
        numeric: true,
        value: (row) => row.created_at,
        cell: (row) => <span className="text-text-2">{formatAgo(row.created_at)}</span>,
      },
    ],
    [t],
  );
}
