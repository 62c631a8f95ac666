import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect, useMemo } from 'react';
import { Badge } from '@/components/Badge';
import { Button, buttonClass } from '@/components/Button';
import { Card } from '@/components/Card';
import { type Column, DataTable } from '@/components/DataTable';
import { FeatureTabs } from '@/components/FeatureTabs';
import { Page } from '@/components/Page';
import { SearchField } from '@/components/SearchField';
import { EmptyState, ErrorCard } from '@/components/States';
import { formatInteger } from '@/lib/format';
import { type Feature, featuresQuery } from '@/lib/queries/features';
import { flat } from '@/lib/queries/keys';
import { FeatureFilters } from './FeatureFilters';
import { type Filters, filtered, isFiltered, sorted, sortOf, sortText } from './featureFilters';
import { Expression, useStatisticColumns } from './statistics';

type FeatureListProps = {
  filters: Filters;
  onFilter: (change: Filters) => void;
  choose: ReactNode;
  actions: ReactNode;
};

const described = (row: Feature) => ({ lookback: row.latest.lookback, statistics: row.statistics });

/** All features one may see: found, filtered and sorted here, as the whole list is. */
export function FeatureList({ filters, onFilter, choose, actions }: FeatureListProps) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { data, isPending, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } =
    useInfiniteQuery(featuresQuery(filters.retired ?? false));
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const every = useMemo(() => flat(data?.pages), [data]);
  const sort = sortOf(filters.sort);
  const rows = sorted(filtered(every, filters), sort);
  const columns = useFeatureColumns();
  return (
    <Page title={t`Features`} actions={actions} fill>
      <FeatureTabs />
      {error && every.length === 0 ? (
        <ErrorCard error={error} what={t`The list`} onRetry={() => void refetch()} />
      ) : (
        <Card
          flush
          className="min-h-100 flex-1 lg:min-h-0"
          aria-label={t`Features`}
          actions={
            <>
              {choose}
              <SearchField
                label={t`Find…`}
                defaultValue={filters.q}
                onChange={(event) => onFilter({ q: event.target.value || undefined })}
                className="w-52"
              />
            </>
          }
        >
          <div className="flex h-full min-h-0 flex-col">
            <FeatureFilters
              features={every}
              shown={rows.length}
              filters={filters}
              onFilter={onFilter}
            />
            <div className="min-h-0 flex-1">
              <DataTable
                label={t`Features`}
                columns={columns}
                rows={rows}
                rowKey={(row) => row.id}
                sort={sort}
                onSort={(next) => onFilter({ sort: sortText(next) })}
                onRowClick={(row) =>
                  void navigate({ to: '/features/$featureId', params: { featureId: row.id } })
                }
                loading={isPending || hasNextPage}
                empty={<Empty filters={filters} onFilter={onFilter} />}
              />
            </div>
          </div>
        </Card>
      )}
    </Page>
  );
}

function Empty({ filters, onFilter }: Pick<FeatureListProps, 'filters' | 'onFilter'>) {
  if (isFiltered(filters)) {
    return (
      <EmptyState
        title={<Trans>No feature fits these filters.</Trans>}
        action={
          <Button
            onClick={() =>
              onFilter({ q: undefined, tags: undefined, owner: undefined, kind: undefined })
            }
          >
            <Trans>Clear all filters</Trans>
          </Button>
        }
      />
    );
  }
  return (
    <EmptyState
      title={<Trans>No features yet.</Trans>}
      action={
        <Link to="/features/new" className={buttonClass()}>
          <Trans>New feature</Trans>
        </Link>
      }
    >
      <Trans>
        A feature is a named expression over prices and other data, such as 12-1 momentum.
      </Trans>
    </EmptyState>
  );
}

function useFeatureColumns(): Column<Feature>[] {
  const { t } = useLingui();
  const statistics = useStatisticColumns<Feature>(described);
  return useMemo(
    () => [
      {
        key: 'name',
        header: t`Feature`,
        width: 160,
        grow: 2,
        value: (row) => row.name,
        cell: (row) => (
          <span className="flex min-w-0 items-center gap-2">
            <Link
              to="/features/$featureId"
              params={{ featureId: row.id }}
              title={row.description || row.name}
              className="truncate font-medium hover:underline"
            >
              {row.name}
            </Link>
            {row.retired_at && <Badge tone="warn">{t`retired`}</Badge>}
          </span>
        ),
      },
      {
        key: 'expression',
        header: t`Expression`,
        width: 220,
        grow: 4,
        cell: (row) => <Expression text={row.latest.expression} />,
      },
      {
        key: 'tags',
        header: t`Tags`,
        width: 130,
        cell: (row) => (
          <span className="flex gap-1 overflow-hidden">
            {row.tags.map((tag) => (
              <Badge key={tag}>{tag}</Badge>
            ))}
          </span>
        ),
      },
      ...statistics,
      {
        key: 'sets',
        header: t`Used by`,
        width: 80,
        numeric: true,
        value: (row) => row.sets,
        cell: (row) =>
          row.sets ? formatInteger(row.sets) : <span className="text-text-3">0</span>,
      },
    ],
    [t, statistics],
  );
}
