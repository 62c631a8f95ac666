import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { StatusBadge } from '@/components/Badge';
import { Card } from '@/components/Card';
import { Progress } from '@/components/Progress';
import { SkeletonRows } from '@/components/Skeleton';
import { EmptyState, ErrorCard } from '@/components/States';
import { formatAgo, formatDuration } from '@/lib/format';
import { type Job, jobsQuery } from '@/lib/queries/jobs';
import { flat } from '@/lib/queries/keys';

/** The last jobs; what runs is live. */
export function RecentJobs() {
  const { t } = useLingui();
  const list = useInfiniteQuery(jobsQuery({}));
  if (list.error) {
    return (
      <ErrorCard
        error={list.error}
        what={t`The list of jobs`}
        onRetry={() => void list.refetch()}
      />
    );
  }
  const jobs = flat(list.data?.pages).slice(0, 30);
  return (
    <Card
      title={t`Jobs`}
      flush
      className="min-h-60 flex-1 lg:min-h-0"
      actions={
        <Link
          to="/jobs"
          className="inline-flex min-h-6 items-center text-12 text-accent-text hover:underline"
        >
          <Trans>All jobs</Trans>
        </Link>
      }
    >
      {list.isPending && <SkeletonRows count={6} />}
      {!list.isPending && jobs.length === 0 && (
        <EmptyState title={<Trans>No jobs yet.</Trans>}>
          <Trans>
            Uploads, training and simulations run as jobs. They go on when you close the page.
          </Trans>
        </EmptyState>
      )}
      <ul className="h-full overflow-y-auto">
        {jobs.map((job) => (
          <Row key={job.id} job={job} />
        ))}
      </ul>
    </Card>
  );
}

function Row({ job }: { job: Job }) {
  return (
    <li>
      <Link
        to="/jobs/$jobId"
        params={{ jobId: job.id }}
        className="block border-line-soft border-t px-3 py-1.5 text-12 hover:bg-hover"
      >
        <span className="flex items-center gap-2">
          <span className="min-w-0 flex-1 truncate font-medium">{job.name}</span>
          <span className="text-text-3 tabular">
            {job.duration_s === null ? formatAgo(job.created_at) : formatDuration(job.duration_s)}
          </span>
          <StatusBadge state={job.state} />
        </span>
        {job.state === 'running' && (
          <>
            <Progress label={job.name} value={job.progress} />
            <span className="block truncate text-text-2">{job.message}</span>
          </>
        )}
      </Link>
    </li>
  );
}
