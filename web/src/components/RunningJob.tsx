import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Square } from 'lucide-react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Progress } from '@/components/Progress';
import { toastError } from '@/components/Toast';
import { isUnfinished, type Job, jobQuery, useCancelJob } from '@/lib/queries/jobs';

/** A job as it runs: `const job = useFollowedJob(post.data?.job.id)`. */
export function useFollowedJob(jobId: string | undefined): Job | undefined {
  const { data: job } = useQuery({
    ...jobQuery(jobId ?? ''),
    enabled: Boolean(jobId),
    // The shell's stream writes into this query; asking is for a stream that is down.
    refetchInterval: (query) =>
      !query.state.data || isUnfinished(query.state.data) ? 1_000 : false,
  });
  return jobId ? job : undefined;
}

/** How far it is, with a way to stop it; or how it ended without a result. */
export function RunningJob({ job }: { job: Job }) {
  const { t } = useLingui();
  const cancel = useCancelJob();
  if (job.state === 'cancelled') {
    return (
      <Card aria-label={t`Progress`} className="shrink-0">
        <p role="status" className="text-13">
          <Trans>Cancelled: nothing was kept, and no trial was counted.</Trans>
        </p>
      </Card>
    );
  }
  if (job.error) {
    return (
      <Card aria-label={t`Progress`} className="shrink-0">
        <div role="alert" className="flex flex-col gap-0.5">
          <p className="text-13 font-semibold text-loss">{job.error.title}</p>
          <p className="text-12 whitespace-pre-wrap text-text-2">{job.error.detail}</p>
        </div>
      </Card>
    );
  }
  return (
    <Card aria-label={t`Progress`} className="shrink-0">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <div className="flex min-w-60 flex-1 flex-col gap-1">
          <Progress label={job.name} value={job.progress} />
          <p className="min-h-5 text-12 text-text-2 tabular" aria-live="polite">
            {job.cancel_requested ? (
              <Trans>Stopping…</Trans>
            ) : (
              job.message || <Trans>Waiting for a worker…</Trans>
            )}{' '}
            <Link
              to="/jobs/$jobId"
              params={{ jobId: job.id }}
              className="text-accent-text hover:underline"
            >
              <Trans>Open the job</Trans>
            </Link>
          </p>
        </div>
        <Button
          icon={<Square aria-hidden />}
          busy={cancel.isPending || job.cancel_requested}
          onClick={() =>
            cancel.mutate(job.id, {
              onError: (error) => toastError(t`It could not be cancelled`, error),
            })
          }
        >
          <Trans>Cancel</Trans>
        </Button>
      </div>
    </Card>
  );
}
