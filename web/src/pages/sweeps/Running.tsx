import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { RunningJob, useFollowedJob } from '@/components/RunningJob';
import type { Job } from '@/lib/queries/jobs';

export { RunningJob as Running };

/** The sweep as it runs; leads to its page as soon as that is there. */
export function useSweepJob(jobId: string | undefined): Job | undefined {
  const navigate = useNavigate();
  const job = useFollowedJob(jobId);
  const sweepId = job?.outputs.sweep;
  useEffect(() => {
    if (sweepId) {
      void navigate({ to: '/backtests/sweeps/$sweepId', params: { sweepId }, replace: true });
    }
  }, [sweepId, navigate]);
  return job;
}
