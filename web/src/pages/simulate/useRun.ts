import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { backtestKeys, backtestMonthsQuery, backtestSeriesQuery } from '@/lib/queries/backtests';
import { isUnfinished, type Job, jobQuery } from '@/lib/queries/jobs';

/** The simulation as it runs; leads to the result as soon as it is there. */
export function useRun(jobId: string | undefined): Job | undefined {
  const navigate = useNavigate();
  const client = useQueryClient();
  const { data: job } = useQuery({
    ...jobQuery(jobId ?? ''),
    enabled: Boolean(jobId),
    // The shell's stream writes into this query; asking is for a stream that is down.
    refetchInterval: (query) =>
      !query.state.data || isUnfinished(query.state.data) ? 1_000 : false,
  });
  const backtestId = jobId ? job?.outputs.backtest : undefined;
  useEffect(() => {
    if (!backtestId) return;
    void client.prefetchQuery(backtestSeriesQuery(backtestId));
    void client.prefetchQuery(backtestMonthsQuery(backtestId));
    void client.invalidateQueries({ queryKey: backtestKeys.lists });
    void navigate({ to: '/backtests/$backtestId', params: { backtestId } });
  }, [backtestId, client, navigate]);
  return jobId ? job : undefined;
}
