import { useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { DataTable } from '@/components/DataTable';
import { SearchField } from '@/components/SearchField';
import { EmptyState, ErrorCard } from '@/components/States';
import { type Chosen, candidatesQuery, type Discovery } from '@/lib/queries/discoveries';
import { flat } from '@/lib/queries/keys';
import { useCandidateColumns } from './columns';
import { REASONS } from './discoveryWords';

const route = getRouteApi('/shell/features/discoveries/$discoveryId');

type CandidatesProps = {
  discovery: Discovery;
  chosen: Chosen | undefined;
  onChoose: (reason: Chosen | undefined) => void;
};

/** All candidates, or those of one step of the funnel, sorted by the server. */
export function Candidates({ discovery, chosen, onChoose }: CandidatesProps) {
  const { t, i18n } = useLingui();
  const { sort = '-t', q } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery(candidatesQuery(discovery.id, { reason: chosen, q, sort }));
  const columns = useCandidateColumns();
  return (
    <Card
      flush
      title={t`Candidates`}
      className="h-[460px] lg:h-auto lg:min-h-0 lg:flex-1"
      actions={
        <>
          {chosen && (
            <Button small icon={<X aria-hidden />} onClick={() => onChoose(undefined)}>
              {chosen === 'kept' ? t`kept` : i18n._(REASONS[chosen])}
            </Button>
          )}
          <SearchField
            label={t`Find in expressions…`}
            defaultValue={q}
            onChange={(event) =>
              void navigate({
                search: (before) => ({ ...before, q: event.target.value || undefined }),
                replace: true,
              })
            }
            className="w-48"
          />
        </>
      }
    >
      {list.error ? (
        <ErrorCard
          error={list.error}
          what={t`The candidates`}
          onRetry={() => void list.refetch()}
        />
      ) : (
        <DataTable
          label={t`Candidates`}
          dense
          columns={columns}
          rows={flat(list.data?.pages)}
          rowKey={(row) => String(row.n)}
          sort={{ key: sort.replace(/^-/, ''), descending: sort.startsWith('-') }}
          onSort={(next) =>
            void navigate({
              search: (before) => ({
                ...before,
                sort: next.descending ? `-${next.key}` : next.key,
              }),
              replace: true,
            })
          }
          loading={list.isPending || list.isFetchingNextPage}
          hasMore={list.hasNextPage}
          onEnd={() => void list.fetchNextPage()}
          empty={<EmptyState title={t`No candidate is like this.`} />}
        />
      )}
    </Card>
  );
}
