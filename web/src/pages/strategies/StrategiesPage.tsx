import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { useMemo } from 'react';
import { Badge } from '@/components/Badge';
import { buttonClass } from '@/components/Button';
import { Card } from '@/components/Card';
import type { Column } from '@/components/DataTable';
import { ListPage } from '@/components/ListPage';
import { EmptyState } from '@/components/States';
import { formatAgo, formatInteger } from '@/lib/format';
import { flat } from '@/lib/queries/keys';
import { builtInQuery, type Strategy, strategiesQuery } from '@/lib/queries/strategies';
import { STRATEGY_KINDS, word } from '@/lib/words';
import { describeConstruction, describeSpec } from './describe';

const route = getRouteApi('/shell/strategies');

export default function StrategiesPage() {
  const { t, i18n } = useLingui();
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery(strategiesQuery());
  const columns = useMemo<Column<Strategy>[]>(
    () => [
      {
        key: 'name',
        header: t`Strategy`,
        width: 220,
        grow: 2,
        value: (row) => row.name,
        cell: (row) => (
          <Link
            to="/strategies/$strategyId"
            params={{ strategyId: row.id }}
            className="font-medium hover:underline"
          >
            {row.name}
          </Link>
        ),
      },
      {
        key: 'kind',
        header: t`Kind`,
        width: 110,
        value: (row) => String(row.latest.spec.kind),
        cell: (row) => <Badge>{word(i18n, STRATEGY_KINDS, String(row.latest.spec.kind))}</Badge>,
      },
      {
        key: 'what',
        header: t`What it does`,
        width: 300,
        grow: 4,
        cell: ({ latest: { spec } }) => (
          <span className="text-text-2">
            {[describeSpec(i18n, spec), ...describeConstruction(i18n, spec)].join(' · ')}
          </span>
        ),
      },
      {
        key: 'backtests',
        header: t`Backtests`,
        width: 90,
        numeric: true,
        value: (row) => row.backtests,
        cell: (row) => formatInteger(row.backtests),
      },
      {
        key: 'version',
        header: t`Version`,
        width: 80,
        numeric: true,
        cell: (row) => `v${row.latest.seq}`,
      },
      {
        key: 'updated',
        header: t`Updated`,
        width: 110,
        numeric: true,
        value: (row) => row.latest.created_at,
        cell: (row) => <span className="text-text-2">{formatAgo(row.latest.created_at)}</span>,
      },
    ],
    [t, i18n],
  );
  return (
    <ListPage
      title={t`Strategies`}
      list={{ ...list, rows: flat(list.data?.pages) }}
      columns={columns}
      onOpen={(row) =>
        void navigate({ to: '/strategies/$strategyId', params: { strategyId: row.id } })
      }
      query={q}
      onQuery={(next) => void navigate({ search: next ? { q: next } : {}, replace: true })}
      text={(row) => row.name}
      actions={
        <Link to="/simulate" className={buttonClass('primary')}>
          <Play className="size-3.5" aria-hidden />
          <Trans>Simulate</Trans>
        </Link>
      }
      above={<BuiltIns />}
      empty={
        <EmptyState title={<Trans>No strategies of your own yet.</Trans>}>
          <Trans>
            Each idea that is simulated becomes a strategy; start from a built-in one above.
          </Trans>
        </EmptyState>
      }
    />
  );
}

/** What comes with the product, each a click away from its simulation. */
function BuiltIns() {
  const { t } = useLingui();
  const { data = [] } = useQuery(builtInQuery());
  if (data.length === 0) return null;
  return (
    <Card title={t`Built-in`} note={data.length} className="shrink-0">
      <ul className="grid gap-2 sm:grid-cols-2 xl:grid-cols-4">
        {data.map((strategy) => (
          <li key={strategy.key}>
            <Link
              to="/simulate"
              search={{ strategy: strategy.key }}
              className="block h-full rounded-md border border-line px-3 py-2 hover:border-line-strong hover:bg-hover"
            >
              <span className="block text-13 font-medium">{strategy.name}</span>
              <span className="line-clamp-1 text-12 text-text-2" title={strategy.description}>
                {strategy.description}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
