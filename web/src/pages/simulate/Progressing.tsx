import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Card } from '@/components/Card';
import { Progress } from '@/components/Progress';
import { backtestKeys } from '@/lib/queries/backtests';
import { isUnfinished, jobQuery } from '@/lib/queries/jobs';

/** The simulation as it runs; leads to the result as soon as it is there. */
export function Progressing({ jobId }: { jobId: string }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { data: job } = useQuery({
    ...jobQuery(jobId),
    // The shell's stream writes into this query; asking is for a stream that is down.
    refetchInterval: (query) =>
      !query.state.data || isUnfinished(query.state.data) ? 1_000 : false,
  });
  const backtestId = job?.outputs.backtest;
  useEffect(() => {
    if (!backtestId) return;
    void client.invalidateQueries({ queryKey: backtestKeys.lists });
    void navigate({ to: '/backtests/$backtestId', params: { backtestId } });
  }, [backtestId, client, navigate]);
  if (!job) return null;
  if (job.error) {
    return (
      <Card aria-label={job.error.title}>
        <div role="alert" className="flex flex-col gap-0.5">
          <p className="text-13 font-semibold text-loss">{job.error.title}</p>
          <p className="text-12 whitespace-pre-wrap text-text-2">{job.error.detail}</p>
          <Link
            to="/jobs/$jobId"
            params={{ jobId }}
            className="text-12 text-accent-text hover:underline"
          >
            <Trans>Open the job</Trans>
          </Link>
        </div>
      </Card>
    );
  }
  return (
    <Card aria-label={t`Progress`}>
      <div className="flex flex-col gap-1.5">
        <Progress label={job.name} value={job.progress} />
        <p className="min-h-5 text-12 text-text-2" aria-live="polite">
          {job.message || <Trans>Waiting for a worker…</Trans>}
        </p>
      </div>
    </Card>
  );
}
