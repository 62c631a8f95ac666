import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Badge } from '@/components/Badge';
import { Card } from '@/components/Card';
import { CopyId } from '@/components/CopyId';
import { type Column, DataTable } from '@/components/DataTable';
import { Page } from '@/components/Page';
import { Skeleton } from '@/components/Skeleton';
import { EmptyState, ErrorCard } from '@/components/States';
import { VerdictBadge } from '@/components/VerdictBadge';
import { formatAgo, formatDate, formatInteger } from '@/lib/format';
import { flat } from '@/lib/queries/keys';
import { type ModelVersion, modelQuery, modelVersionsQuery } from '@/lib/queries/models';
import { LEARNERS, word } from '@/lib/words';
import { Aliases } from './Aliases';
import { WatchCard } from './drift/WatchCard';
import { RankICText } from './evidence';
import { ModelActions } from './ModelActions';

const route = getRouteApi('/shell/models/$modelId');

/** A model: the line of its versions, and which of them carries a name. */
export default function ModelPage() {
  const { t } = useLingui();
  const { modelId } = route.useParams();
  const navigate = route.useNavigate();
  const model = useQuery(modelQuery(modelId));
  const versions = useInfiniteQuery(modelVersionsQuery(modelId));
  const columns = useColumns();
  const known = flat(versions.data?.pages);
  if (model.error) {
    return (
      <Page title={t`Model`}>
        <ErrorCard error={model.error} what={t`This model`} onRetry={() => void model.refetch()} />
      </Page>
    );
  }
  if (!model.data) {
    return (
      <Page title={t`Model`}>
        <Skeleton className="h-96 rounded-xl" />
      </Page>
    );
  }
  return (
    <Page
      title={model.data.name}
      meta={
        <>
          <CopyId id={model.data.id} prefix="md_" />
          <span>{model.data.description}</span>
        </>
      }
      actions={<ModelActions model={model.data} versions={known} />}
      fill
    >
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1fr)_300px]">
        <Card
          title={t`Versions`}
          note={model.data.versions}
          flush
          className="min-h-100 flex-1 lg:min-h-0"
        >
          <DataTable
            label={t`Versions`}
            columns={columns}
            rows={known}
            rowKey={(row) => row.id}
            onRowClick={(row) =>
              void navigate({
                to: '/models/$modelId/versions/$versionId',
                params: { modelId, versionId: row.id },
              })
            }
            loading={versions.isPending || versions.isFetchingNextPage}
            hasMore={versions.hasNextPage}
            onEnd={versions.fetchNextPage}
            empty={
              <EmptyState title={<Trans>Not trained yet.</Trans>}>
                <Trans>
                  Its first training is a job; the version appears here when the job is done.
                </Trans>
              </EmptyState>
            }
          />
        </Card>
        <div className="flex min-h-0 flex-col gap-3 lg:overflow-y-auto">
          <Aliases model={model.data} />
          {model.data.aliases.map((alias) => (
            <WatchCard key={alias.name} model={model.data} alias={alias.name} />
          ))}
        </div>
      </div>
    </Page>
  );
}

function useColumns(): Column<ModelVersion>[] {
  const { t, i18n } = useLingui();
  return useMemo(
    () => [
      { key: 'seq', header: t`Version`, width: 72, numeric: true, cell: (row) => `v${row.seq}` },
      {
        key: 'aliases',
        header: t`Aliases`,
        width: 120,
        grow: 1,
        cell: (row) => (
          <span className="flex gap-1">
            {row.aliases.map((alias) => (
              <Badge key={alias} tone="accent">
                {alias}
              </Badge>
            ))}
          </span>
        ),
      },
      {
        key: 'verdict',
        header: t`Verdict`,
        width: 100,
        cell: (row) => <VerdictBadge verdict={row.verdict.key} />,
      },
      {
        key: 'ic',
        header: t`Rank IC ± se`,
        width: 130,
        numeric: true,
        cell: (row) => <RankICText ic={row.rank_ic} />,
      },
      {
        key: 'learner',
        header: t`Learner`,
        width: 120,
        grow: 1,
        cell: (row) => word(i18n, LEARNERS, row.learner),
      },
      {
        key: 'features',
        header: t`Features`,
        width: 80,
        numeric: true,
        cell: (row) => formatInteger(row.features),
      },
      {
        key: 'until',
        header: t`Trained until`,
        width: 110,
        cell: (row) => formatDate(row.trained_until),
      },
      {
        key: 'made',
        header: t`Made`,
        width: 210,
        grow: 1,
        cell: (row) => (
          <span className="text-text-2">
            {row.created_by.name}, {formatAgo(row.created_at)}
          </span>
        ),
      },
    ],
    [t, i18n],
  );
}
