import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { X } from 'lucide-react';
import { StatusBadge } from '@/components/Badge';
import { IconButton } from '@/components/Button';
import { FrameDownload } from '@/components/FrameDownload';
import { Progress } from '@/components/Progress';
import { isUnfinished, jobQuery } from '@/lib/queries/jobs';

/** The computation as it goes on, and how it ended, until it is put away. */
export function ComputeProgress({ jobId, onDone }: { jobId: string; onDone: () => void }) {
  const { t } = useLingui();
  const { data: job } = useQuery({
    ...jobQuery(jobId),
    // The shell's stream writes into this query; asking is for a stream that is down.
    refetchInterval: (query) =>
      !query.state.data || isUnfinished(query.state.data) ? 2_000 : false,
  });
  if (!job) return null;
  return (
    <section
      aria-label={t`The computation`}
      className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 rounded-xl border border-line bg-surface px-3 py-1.5 text-12"
    >
      <StatusBadge state={job.state} />
      <Link to="/jobs/$jobId" params={{ jobId }} className="font-medium hover:underline">
        {job.name}
      </Link>
      <span className="min-w-0 flex-1 truncate text-text-2" aria-live="polite">
        {job.error ? job.error.detail : job.message}
      </span>
      {isUnfinished(job) ? (
        <div className="w-44">
          <Progress label={job.name} value={job.progress} />
        </div>
      ) : (
        <IconButton label={t`Put away`} onClick={onDone}>
          <X aria-hidden />
        </IconButton>
      )}
      {job.outputs.training_frame && <FrameDownload id={job.outputs.training_frame} />}
      {job.state === 'done' && job.outputs.feature_values && (
        <span className="sr-only">
          <Trans>The figures below are of this run.</Trans>
        </span>
      )}
    </section>
  );
}
