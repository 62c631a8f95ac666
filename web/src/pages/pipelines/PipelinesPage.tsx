import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { WandSparkles } from 'lucide-react';
import { useMemo } from 'react';
import { StatusBadge } from '@/components/Badge';
import { buttonClass } from '@/components/Button';
import type { Column } from '@/components/DataTable';
import { ListPage } from '@/components/ListPage';
import { RankICText } from '@/components/ModelEvidence';
import { ModelTabs } from '@/components/ModelTabs';
import { EmptyState } from '@/components/States';
import { formatAgo, formatInteger, NONE } from '@/lib/format';
import { entryName } from '@/lib/pipelineWords';
import { flat } from '@/lib/queries/keys';
import { type PipelineSummary, pipelinesQuery } from '@/lib/queries/pipelines';

const route = getRouteApi('/shell/models/pipelines');

export default function PipelinesPage() {
  const { t } = useLingui();
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery(pipelinesQuery(q));
  const columns = useColumns();
  const start = (
    <Link to="/models/pipelines/new" className={buttonClass('primary')}>
      <WandSparkles className="size-3.5" aria-hidden />
      <Trans>New pipeline</Trans>
    </Link>
  );
  return (
    <ListPage<PipelineSummary>
      title={t`Automated pipelines`}
      above={<ModelTabs />}
      list={{ ...list, rows: flat(list.data?.pages) }}
      columns={columns}
      onOpen={(row) =>
        void navigate({ to: '/models/pipelines/$pipelineId', params: { pipelineId: row.id } })
      }
      query={q}
      onQuery={(next) =>
        void navigate({ search: (before) => ({ ...before, q: next }), replace: true })
      }
      actions={start}
      empty={
        <EmptyState title={<Trans>No pipeline yet</Trans>} action={start}>
          <Trans>
            A pipeline selects features, tunes learners, stacks them, and evaluates all of it on
            bars that chose nothing. Each configuration it tries is a trial.
          </Trans>
        </EmptyState>
      }
    />
  );
}

function useColumns(): Column<PipelineSummary>[] {
  const { t, i18n } = useLingui();
  return useMemo(
    () => [
      {
        key: 'name',
        header: t`Pipeline`,
        width: 220,
        grow: 3,
        value: (row) => row.name,
        cell: (row) => (
          <Link
            to="/models/pipelines/$pipelineId"
            params={{ pipelineId: row.id }}
            className="font-medium hover:underline"
          >
            {row.name}
          </Link>
        ),
      },
      {
        key: 'state',
        header: t`State`,
        width: 110,
        value: (row) => row.state,
        cell: (row) => <StatusBadge state={row.state} />,
      },
      {
        key: 'question',
        header: t`Question`,
        width: 160,
        grow: 1.5,
        value: (row) => row.question.name,
        cell: (row) => <span className="truncate">{row.question.name}</span>,
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
        key: 'recommended',
        header: t`Recommended`,
        width: 170,
        value: (row) => row.recommended,
        cell: (row) => (row.recommended ? entryName(i18n, row.recommended) : NONE),
      },
      {
        key: 'ic',
        header: t`Rank IC ± se, evaluation`,
        width: 180,
        numeric: true,
        value: (row) => row.rank_ic?.mean,
        cell: (row) => (row.rank_ic ? <RankICText ic={row.rank_ic} /> : NONE),
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
    [t, i18n],
  );
}
