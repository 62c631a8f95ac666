import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Telescope } from 'lucide-react';
import { useMemo } from 'react';
import { Badge } from '@/components/Badge';
import { buttonClass } from '@/components/Button';
import type { Column } from '@/components/DataTable';
import { FeatureTabs } from '@/components/FeatureTabs';
import { ListPage } from '@/components/ListPage';
import { EmptyState } from '@/components/States';
import { formatAgo, formatInteger, formatPercent } from '@/lib/format';
import { type DiscoverySummary, discoveriesQuery } from '@/lib/queries/discoveries';
import { flat } from '@/lib/queries/keys';

const route = getRouteApi('/shell/features/discoveries');

export default function DiscoveriesPage() {
  const { t } = useLingui();
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery(discoveriesQuery(q));
  const columns = useColumns();
  const start = (
    <Link to="/features/discoveries/new" className={buttonClass('primary')}>
      <Telescope className="size-3.5" aria-hidden />
      <Trans>New discovery</Trans>
    </Link>
  );
  return (
    <ListPage<DiscoverySummary>
      title={t`Discoveries`}
      above={<FeatureTabs />}
      list={{ ...list, rows: flat(list.data?.pages) }}
      columns={columns}
      onOpen={(row) =>
        void navigate({
          to: '/features/discoveries/$discoveryId',
          params: { discoveryId: row.id },
        })
      }
      query={q}
      onQuery={(next) =>
        void navigate({ search: (before) => ({ ...before, q: next }), replace: true })
      }
      actions={start}
      empty={
        <EmptyState title={<Trans>No discovery yet</Trans>} action={start}>
          <Trans>
            A discovery generates features by the thousand, counts each as a trial, and keeps the
            few that luck among so many does not explain.
          </Trans>
        </EmptyState>
      }
    />
  );
}

function useColumns(): Column<DiscoverySummary>[] {
  const { t } = useLingui();
  return useMemo(
    () => [
      {
        key: 'name',
        header: t`Discovery`,
        width: 220,
        grow: 3,
        value: (row) => row.name,
        cell: (row) => (
          <Link
            to="/features/discoveries/$discoveryId"
            params={{ discoveryId: row.id }}
            className="font-medium hover:underline"
          >
            {row.name}
          </Link>
        ),
      },
      {
        key: 'universe',
        header: t`Universe`,
        width: 170,
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
        key: 'horizon',
        header: t`Ahead`,
        width: 90,
        numeric: true,
        value: (row) => row.horizon,
        cell: (row) => t`${formatInteger(row.horizon)} bars`,
      },
      {
        key: 'candidates',
        header: t`Candidates`,
        width: 110,
        numeric: true,
        value: (row) => row.candidates,
        cell: (row) => formatInteger(row.candidates),
      },
      {
        key: 'kept',
        header: t`Kept`,
        width: 80,
        numeric: true,
        value: (row) => row.kept,
        cell: (row) => <span className="font-medium">{formatInteger(row.kept)}</span>,
      },
      {
        key: 'level',
        header: t`False at most`,
        width: 110,
        numeric: true,
        value: (row) => row.false_discovery_rate,
        cell: (row) => formatPercent(row.false_discovery_rate, 0),
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
