import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { useMemo } from 'react';
import { BacktestTabs } from '@/components/BacktestTabs';
import { Badge } from '@/components/Badge';
import { buttonClass } from '@/components/Button';
import type { Column } from '@/components/DataTable';
import { ListPage } from '@/components/ListPage';
import { Select } from '@/components/Select';
import { EmptyState } from '@/components/States';
import { VerdictBadge } from '@/components/VerdictBadge';
import { formatAgo, formatInterval, formatNumber, formatSignedPercent, toneOf } from '@/lib/format';
import { type BacktestSummary, backtestsQuery } from '@/lib/queries/backtests';
import { flat } from '@/lib/queries/keys';
import { questionsQuery } from '@/lib/queries/questions';

const route = getRouteApi('/shell/backtests');
const ALL = 'all';

export default function BacktestsPage() {
  const { t } = useLingui();
  const { q, question } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery(backtestsQuery(question, q));
  const questions = flat(useInfiniteQuery(questionsQuery()).data?.pages);
  const columns = useColumns();
  const simulate = (
    <Link to="/simulate" className={buttonClass('primary')}>
      <Play className="size-3.5" aria-hidden />
      <Trans>Simulate</Trans>
    </Link>
  );
  return (
    <ListPage<BacktestSummary>
      title={t`Backtests`}
      above={<BacktestTabs />}
      list={{ ...list, rows: flat(list.data?.pages) }}
      columns={columns}
      onOpen={(row) =>
        void navigate({ to: '/backtests/$backtestId', params: { backtestId: row.id } })
      }
      query={q}
      onQuery={(next) =>
        void navigate({ search: (before) => ({ ...before, q: next }), replace: true })
      }
      filters={
        <div className="w-64">
          <Select
            label={t`Question`}
            value={question ?? ALL}
            options={[
              { value: ALL, label: t`All questions` },
              ...questions.map((one) => ({ value: one.id, label: one.name })),
            ]}
            onChange={(next) =>
              void navigate({
                search: (before) => ({ ...before, question: next === ALL ? undefined : next }),
                replace: true,
              })
            }
            className="h-7.5"
          />
        </div>
      }
      actions={simulate}
      empty={
        <EmptyState title={<Trans>No backtest yet</Trans>} action={simulate}>
          <Trans>
            A backtest simulates a strategy on pinned data, with costs, and says whether its result
            is skill or luck.
          </Trans>
        </EmptyState>
      }
    />
  );
}

function useColumns(): Column<BacktestSummary>[] {
  const { t } = useLingui();
  return useMemo(
    () => [
      {
        key: 'name',
        header: t`Backtest`,
        width: 240,
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
        width: 190,
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
        key: 'question',
        header: t`Question`,
        width: 200,
        grow: 2,
        value: (row) => row.question.name,
        cell: (row) => <span className="text-text-2">{row.question.name}</span>,
      },
      {
        key: 'verdict',
        header: t`Verdict`,
        width: 110,
        value: (row) => row.verdict.key,
        cell: (row) => <VerdictBadge verdict={row.verdict.key} />,
      },
      {
        key: 'cagr',
        header: t`CAGR`,
        width: 84,
        numeric: true,
        value: (row) => row.metrics.cagr?.value,
        cell: (row) => (
          <span className={toneOf(row.metrics.cagr?.value)}>
            {formatSignedPercent(row.metrics.cagr?.value)}
          </span>
        ),
      },
      {
        key: 'sharpe',
        header: t`Sharpe`,
        width: 150,
        numeric: true,
        value: (row) => row.metrics.sharpe?.value,
        cell: (row) => (
          <>
            {formatNumber(row.metrics.sharpe?.value)}{' '}
            <span className="text-text-3">
              {formatInterval(row.metrics.sharpe?.low, row.metrics.sharpe?.high)}
            </span>
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
