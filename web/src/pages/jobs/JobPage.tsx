import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { RotateCcw, Square } from 'lucide-react';
import { StatusBadge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Card, Facts } from '@/components/Card';
import { CopyId } from '@/components/CopyId';
import { Page } from '@/components/Page';
import { Progress } from '@/components/Progress';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { toast, toastError } from '@/components/Toast';
import { formatDuration, formatTime } from '@/lib/format';
import { isUnfinished, type Job, jobQuery, useCancelJob, useRetryJob } from '@/lib/queries/jobs';
import { JOB_KINDS, word } from '@/lib/words';
import { JobChain } from './JobChain';
import { JobLog } from './JobLog';
import { JobOutputs } from './JobOutputs';

const route = getRouteApi('/shell/jobs/$jobId');

export default function JobPage() {
  const { t } = useLingui();
  const { jobId } = route.useParams();
  // The stream of the shell writes into this query; polling only bridges a stream that is down.
  const job = useQuery({
    ...jobQuery(jobId),
    refetchInterval: (query) =>
      query.state.data && isUnfinished(query.state.data) ? 5_000 : false,
  });
  if (job.error) {
    return (
      <Page title={t`Job`}>
        <ErrorCard error={job.error} what={t`This job`} onRetry={() => void job.refetch()} />
      </Page>
    );
  }
  return job.data ? <Loaded job={job.data} /> : <Loading />;
}

function Loading() {
  const { t } = useLingui();
  return (
    <Page title={t`Job`}>
      <Skeleton className="h-16 rounded-xl" />
      <Skeleton className="h-96 rounded-xl" />
    </Page>
  );
}

function Loaded({ job }: { job: Job }) {
  const { i18n } = useLingui();
  return (
    <Page
      title={job.name}
      meta={
        <>
          <StatusBadge state={job.state} />
          <CopyId id={job.id} prefix="job_" />
          <span>{word(i18n, JOB_KINDS, job.kind)}</span>
          {job.duration_s !== null && (
            <span>
              <Trans>took {formatDuration(job.duration_s)}</Trans>
            </span>
          )}
        </>
      }
      actions={<Actions job={job} />}
      fill
    >
      <Standing job={job} />
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1fr)_340px]">
        <JobLog job={job} />
        <div className="flex min-h-0 flex-col gap-3 lg:overflow-y-auto">
          <JobChain job={job} />
          <JobOutputs job={job} />
          <About job={job} />
        </div>
      </div>
    </Page>
  );
}

/** How far it is, or why it ended without a result. */
function Standing({ job }: { job: Job }) {
  if (job.state === 'done') return null;
  if (job.error) {
    return (
      <Card aria-label={job.error.title}>
        <div role="alert" className="pt-1">
          <p className="text-13 font-semibold text-loss">{job.error.title}</p>
          <p className="text-12 whitespace-pre-wrap text-text-2">{job.error.detail}</p>
        </div>
      </Card>
    );
  }
  return (
    <Card aria-label={job.name}>
      <div className="flex flex-col gap-1.5">
        <Progress label={job.name} value={job.progress} />
        <p className="min-h-5 text-12 text-text-2" aria-live="polite">
          {job.cancel_requested && isUnfinished(job) ? <Trans>Stopping…</Trans> : job.message}
        </p>
      </div>
    </Card>
  );
}

function Actions({ job }: { job: Job }) {
  const { t } = useLingui();
  const cancel = useCancelJob();
  const retry = useRetryJob();
  const runAgain = (): void =>
    retry.mutate(job.id, {
      onError: (error) => toastError(t`The job could not be started again`, error),
    });
  if (isUnfinished(job)) {
    return (
      <Button
        icon={<Square aria-hidden />}
        busy={cancel.isPending || job.cancel_requested}
        onClick={() =>
          cancel.mutate(job.id, {
            onSuccess: () =>
              toast({
                title: t`Stopping the job`,
                undo: { label: t`Run it again`, run: runAgain },
              }),
            onError: (error) => toastError(t`The job could not be cancelled`, error),
          })
        }
      >
        <Trans>Cancel</Trans>
      </Button>
    );
  }
  if (job.state === 'done') return null;
  return (
    <Button
      tone="primary"
      icon={<RotateCcw aria-hidden />}
      busy={retry.isPending}
      onClick={runAgain}
    >
      <Trans>Try again</Trans>
    </Button>
  );
}

function About({ job }: { job: Job }) {
  const { t } = useLingui();
  return (
    <Card title={t`About`}>
      <Facts
        rows={[
          [t`Owner`, job.owner.name],
          [t`Posted (UTC)`, formatTime(job.created_at)],
          [t`Started (UTC)`, formatTime(job.started_at)],
          [t`Finished (UTC)`, formatTime(job.finished_at)],
          [t`Attempt`, String(job.attempt)],
        ]}
      />
    </Card>
  );
}
