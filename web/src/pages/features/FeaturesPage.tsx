import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { buttonClass } from '@/components/Button';
import type { Column } from '@/components/DataTable';
import { FeatureTabs } from '@/components/FeatureTabs';
import { ListPage } from '@/components/ListPage';
import { Segmented } from '@/components/Segmented';
import { EmptyState } from '@/components/States';
import { formatAgo, formatInteger } from '@/lib/format';
import { type FeatureSet, featureSetsQuery } from '@/lib/queries/features';
import { flat } from '@/lib/queries/keys';
import { FeatureList } from './FeatureList';
import { ReadyMade } from './ReadyMade';

const route = getRouteApi('/shell/features');

export default function FeaturesPage() {
  const { t } = useLingui();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const tab = search.tab ?? 'sets';
  const choose = (
    <Segmented
      label={t`Show`}
      value={tab}
      options={[
        { value: 'sets', label: t`Feature sets` },
        { value: 'features', label: t`Features` },
      ]}
      onChange={(next) => void navigate({ search: { tab: next }, replace: true })}
    />
  );
  const add = (
    <Link to="/features/new" className={buttonClass('primary')}>
      <Plus className="size-3.5" aria-hidden /> <Trans>New feature</Trans>
    </Link>
  );
  if (tab === 'sets') {
    return (
      <Sets
        filters={choose}
        actions={
          <>
            <ReadyMade />
            {add}
          </>
        }
      />
    );
  }
  return (
    <FeatureList
      filters={search}
      onFilter={(change) =>
        void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
      }
      choose={choose}
      actions={add}
    />
  );
}

type PartProps = { filters: ReactNode; actions: ReactNode };

function Sets({ filters, actions }: PartProps) {
  const { t } = useLingui();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery(featureSetsQuery());
  const columns = useMemo<Column<FeatureSet>[]>(
    () => [
      {
        key: 'name',
        header: t`Feature set`,
        width: 220,
        grow: 3,
        value: (row) => row.name,
        cell: (row) => (
          <Link
            to="/features/sets/$setId"
            params={{ setId: row.id }}
            className="font-medium hover:underline"
          >
            {row.name}
          </Link>
        ),
      },
      {
        key: 'description',
        header: t`Description`,
        width: 200,
        grow: 3,
        cell: (row) => <span className="text-text-2">{row.description}</span>,
      },
      {
        key: 'size',
        header: t`Features`,
        width: 90,
        numeric: true,
        value: (row) => row.latest.size,
        cell: (row) => formatInteger(row.latest.size),
      },
      {
        key: 'lookback',
        header: t`Look-back`,
        width: 100,
        numeric: true,
        value: (row) => row.latest.lookback,
        cell: (row) => t`${formatInteger(row.latest.lookback)} bars`,
      },
      {
        key: 'version',
        header: t`Version`,
        width: 80,
        numeric: true,
        cell: (row) => `v${row.latest.seq}`,
      },
      {
        key: 'created',
        header: t`Updated`,
        width: 110,
        numeric: true,
        value: (row) => row.latest.created_at,
        cell: (row) => <span className="text-text-2">{formatAgo(row.latest.created_at)}</span>,
      },
    ],
    [t],
  );
  return (
    <ListPage
      title={t`Features`}
      above={<FeatureTabs />}
      list={{ ...list, rows: flat(list.data?.pages) }}
      columns={columns}
      onOpen={(row) => void navigate({ to: '/features/sets/$setId', params: { setId: row.id } })}
      filters={filters}
      actions={actions}
      empty={
        <EmptyState title={<Trans>No feature sets yet.</Trans>}>
          <Trans>A feature set is an ordered list of features that a model learns from.</Trans>
        </EmptyState>
      }
    />
  );
}
