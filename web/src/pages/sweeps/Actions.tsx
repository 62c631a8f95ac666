import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Play, SlidersHorizontal } from 'lucide-react';
import { useEffect } from 'react';
import { Button, buttonClass } from '@/components/Button';
import { Reproduce } from '@/components/Reproduce';
import { toastError } from '@/components/Toast';
import { formatPercent } from '@/lib/format';
import { isUnfinished, jobQuery } from '@/lib/queries/jobs';
import { sweepKeys, useReproduceSweep, useSimulatePoint } from '@/lib/queries/sweeps';
import type { Chosen } from './choice';

/** Prove it again, sweep something like it, simulate the chosen combination as a whole backtest. */
export function Actions({ sweep, point }: Pick<Chosen, 'sweep' | 'point'>) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const simulate = useSimulatePoint(sweep.id);
  const reproduce = useReproduceSweep(sweep.id);
  const jobId = simulate.data?.job.id;
  const { data: job } = useQuery({
    ...jobQuery(jobId ?? ''),
    enabled: Boolean(jobId),
    // The shell's stream writes into this query; asking is for a stream that is down.
    refetchInterval: (query) =>
      !query.state.data || isUnfinished(query.state.data) ? 1_000 : false,
  });
  const backtestId = jobId ? job?.outputs.backtest : undefined;
  useEffect(() => {
    if (backtestId) void navigate({ to: '/backtests/$backtestId', params: { backtestId } });
  }, [backtestId, navigate]);
  useEffect(() => {
    if (job?.error) toastError(job.error.title, new Error(job.error.detail ?? job.error.title));
  }, [job?.error]);
  const running = simulate.isPending || Boolean(jobId && (!job || isUnfinished(job)));
  return (
    <>
      <Reproduce post={reproduce} of={sweepKeys.one(sweep.id)} />
      <Link to="/backtests/sweeps/new" search={{ from: sweep.id }} className={buttonClass()}>
        <SlidersHorizontal className="size-3.5" aria-hidden />
        <Trans>Change and sweep</Trans>
      </Link>
      <Button
        tone="primary"
        icon={<Play aria-hidden />}
        busy={running}
        onClick={() =>
          simulate.mutate(point, {
            onError: (error) => toastError(t`It could not be simulated`, error),
          })
        }
      >
        {running ? t`Simulating ${formatPercent(job?.progress ?? 0, 0)}` : t`Simulate this one`}
      </Button>
    </>
  );
}
