import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { StatusBadge } from '@/components/Badge';
import type { Column } from '@/components/DataTable';
import { ListPage } from '@/components/ListPage';
import { Progress } from '@/components/Progress';
import { Segmented } from '@/components/Segmented';
import { EmptyState } from '@/components/States';
import { formatAgo, formatDuration } from '@/lib/format';
import { type Job, type JobState, jobsQuery } from '@/lib/queries/jobs';
import { flat } from '@/lib/queries/keys';
import { JOB_KINDS, word } from '@/lib/words';

const route = getRouteApi('/shell/jobs');

export default function JobsPage() {
  const { t, i18n } = useLingui();
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery(jobsQuery(state ? { state } : {}));

  const columns = useMemo<Column<Job>[]>(
    () => [
      {
        key: 'state',
        header: t`State`,
        width: 104,
        grow: 0,
        cell: (job) => <StatusBadge state={job.state} />,
      },
      {
        key: 'name',
        header: t`Job`,
        width: 220,
        grow: 3,
        cell: (job) => (
          <Link
            to="/jobs/$jobId"
            params={{ jobId: job.id }}
            className="font-medium hover:underline"
          >
            {job.name}
          </Link>
        ),
      },
      {
        key: 'kind',
        header: t`Kind`,
        width: 150,
        cell: (job) => <span className="text-text-2">{word(i18n, JOB_KINDS, job.kind)}</span>,
      },
      {
        key: 'progress',
        header: t`Progress`,
        width: 200,
        grow: 2,
        cell: (job) =>
          job.state === 'running' ? (
            <Progress label={job.name} value={job.progress} />
          ) : (
            <span className={job.error ? 'text-loss' : 'text-text-2'}>
              {job.error?.title ?? job.message}
            </span>
          ),
      },
      {
        key: 'created',
        header: t`Posted`,
        width: 110,
        numeric: true,
        cell: (job) => <span className="text-text-2">{formatAgo(job.created_at)}</span>,
      },
      {
        key: 'duration',
        header: t`Took`,
        width: 96,
        numeric: true,
        cell: (job) => formatDuration(job.duration_s),
      },
      {
        key: 'owner',
        header: t`Owner`,
        width: 110,
        cell: (job) => <span className="text-text-2">{job.owner.name}</span>,
      },
    ],
    [t, i18n],
  );

  const states: { value: JobState | 'all'; label: string }[] = [
    { value: 'all', label: t`All` },
    { value: 'running', label: t`Running` },
    { value: 'queued', label: t`Queued` },
    { value: 'done', label: t`Done` },
    { value: 'failed', label: t`Failed` },
  ];

  return (
    <ListPage
      title={t`Jobs`}
      list={{ ...list, rows: flat(list.data?.pages) }}
      columns={columns}
      onOpen={(job) => void navigate({ to: '/jobs/$jobId', params: { jobId: job.id } })}
      filters={
        <Segmented
          label={t`State`}
          value={state ?? 'all'}
          options={states}
          onChange={(next) =>
            void navigate({ search: next === 'all' ? {} : { state: next }, replace: true })
          }
        />
      }
      empty={
        <EmptyState
          title={state ? <Trans>No job is in this state.</Trans> : <Trans>No jobs yet.</Trans>}
        >
          <Trans>
            Uploads, training and simulations run as jobs. They go on when you close the page.
          </Trans>
        </EmptyState>
      }
    />
  );
}
