import {
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, body, type Schema } from '@/lib/client';
import { readEvents } from '@/lib/events';
import { byCursor } from '@/lib/queries/keys';

export type Job = Schema<'JobRead'>;
export type LogLine = Schema<'LogLine'>;
export type JobState = Job['state'];
export type JobFilter = { state?: JobState; kind?: string };

export const jobKeys = {
  all: ['jobs'] as const,
  lists: ['jobs', 'list'] as const,
  list: (filter: JobFilter) => ['jobs', 'list', filter] as const,
  active: ['jobs', 'active'] as const,
  one: (id: string) => ['jobs', 'one', id] as const,
  chain: (id: string) => ['jobs', 'chain', id] as const,
  log: (id: string) => ['jobs', 'log', id] as const,
};

const UNFINISHED = new Set<string>(['waiting', 'queued', 'running']);
export const isUnfinished = (job: Job): boolean => UNFINISHED.has(job.state);

export const jobsQuery = (filter: JobFilter) =>
  infiniteQueryOptions({
    queryKey: jobKeys.list(filter),
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/api/v1/jobs', {
          params: {
            query: {
              state: filter.state ? [filter.state] : null,
              kind: filter.kind ? [filter.kind] : null,
              limit: 50,
              cursor: pageParam,
            },
          },
        }),
      ),
    ...byCursor,
  });

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: jobKeys.one(id),
    queryFn: (): Promise<Job> =>
      body(api.GET('/api/v1/jobs/{job_id}', { params: { path: { job_id: id } } })),
  });

/** The log is asked anew with each revision; a finished job's log is final. */
export const jobLogQuery = (id: string, revision: number) =>
  queryOptions({
    queryKey: [...jobKeys.log(id), revision],
    queryFn: async (): Promise<LogLine[]> => {
      const page = await body(
        api.GET('/api/v1/jobs/{job_id}/log', {
          params: { path: { job_id: id }, query: { limit: 500 } },
        }),
      );
      return page.items;
    },
  });

/** The jobs that were posted together. */
export const chainQuery = (chain: string) =>
  queryOptions({
    queryKey: jobKeys.chain(chain),
    queryFn: async (): Promise<Job[]> => {
      const page = await body(
        api.GET('/api/v1/jobs', { params: { query: { chain, limit: 200 } } }),
      );
      return page.items;
    },
  });

/** Takes over a job as the stream tells it; an older revision than the one shown is dropped. */
export function applyJob(client: QueryClient, job: Job): void {
  const before = client.getQueryData<Job>(jobKeys.one(job.id));
  if (before && before.revision > job.revision) return;
  client.setQueryData(jobKeys.one(job.id), job);
  client.setQueryData<Job[]>(jobKeys.active, (active = []) => {
    const others = active.filter((item) => item.id !== job.id);
    // What a job was split into is shown with it.
    return isUnfinished(job) && !job.parent_id ? [job, ...others] : others;
  });
  type Pages = { pages: { items: Job[]; next?: string | null }[]; pageParams: unknown[] };
  let shown = false;
  client.setQueriesData<Pages>({ queryKey: jobKeys.lists }, (data) => {
    if (!data) return data;
    const pages = data.pages.map((page) => ({
      ...page,
      items: page.items.map((item) => {
        if (item.id !== job.id) return item;
        shown = true;
        return job;
      }),
    }));
    return { ...data, pages };
  });
  if (job.chain_id) {
    client.setQueryData<Job[]>(jobKeys.chain(job.chain_id), (chain) =>
      chain?.map((item) => (item.id === job.id ? job : item)),
    );
  }
  if (!job.parent_id && (!shown || before?.state !== job.state))
    void client.invalidateQueries({ queryKey: jobKeys.lists });
  if (!job.parent_id && before && isUnfinished(before) && !isUnfinished(job))
    refreshProducts(client);
}

/** A job that ended may have made a version, a model or a backtest. */
function refreshProducts(client: QueryClient): void {
  void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'jobs' });
}

/** Keeps every job on the screen live. Mounted once, by the shell. */
export function useJobStream(): void {
  const client = useQueryClient();
  useEffect(() => {
    const stop = new AbortController();
    void readEvents('/api/v1/jobs/events', {
      signal: stop.signal,
      onEvent: ({ event, data }) => {
        if (event === 'job') applyJob(client, JSON.parse(data) as Job);
      },
      onState: (connected) => {
        if (!connected) void client.invalidateQueries({ queryKey: jobKeys.all });
      },
    });
    return () => stop.abort();
  }, [client]);
}

/** Jobs that are not finished, as the stream tells them; asked once in case the stream is late. */
export function useActiveJobs(): Job[] {
  const { data } = useQuery({
    queryKey: jobKeys.active,
    queryFn: async (): Promise<Job[]> => {
      const state: JobState[] = ['waiting', 'queued', 'running'];
      const page = await body(
        api.GET('/api/v1/jobs', { params: { query: { state, limit: 200 } } }),
      );
      return page.items;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data ?? [];
}

export function useCancelJob() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string): Promise<Job> =>
      body(api.POST('/api/v1/jobs/{job_id}/cancel', { params: { path: { job_id: id } } })),
    // It says so at once; the row follows.
    onMutate: (id) => {
      client.setQueryData<Job>(jobKeys.one(id), (job) => job && { ...job, cancel_requested: true });
    },
    onError: (_, id) => void client.invalidateQueries({ queryKey: jobKeys.one(id) }),
    onSuccess: (job) => applyJob(client, job),
  });
}

export function useRetryJob() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string): Promise<Job> =>
      body(api.POST('/api/v1/jobs/{job_id}/retry', { params: { path: { job_id: id } } })),
    onSuccess: (job) => applyJob(client, job),
  });
}

/** Posts jobs that belong together, all or none. */
export function usePostChain() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (chain: Schema<'ChainCreate'>) => body(api.POST('/api/v1/jobs', { body: chain })),
    onSuccess: ({ jobs }) => {
      for (const job of jobs) applyJob(client, job);
    },
  });
}
