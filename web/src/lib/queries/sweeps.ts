import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { api, body, idempotencyKey, type Schema } from '@/lib/client';
import { applyJob } from '@/lib/queries/jobs';
import { byCursor, IMMUTABLE } from '@/lib/queries/keys';

export type Sweep = Schema<'SweepRead'>;
export type SweepSummary = Schema<'SweepSummary'>;
export type SweepCreate = Schema<'SweepCreate'>;
export type SweepCheck = Schema<'SweepCheck'>;
export type SweepChecked = Schema<'SweepChecked'>;
export type SweepPoint = Schema<'PointRead'>;
export type Surface = Schema<'SurfaceRead'>;
export type Over = Surface['over'];
export type SurfaceChoice = { x?: string; y?: string; metric: string; over: Over };

export const sweepKeys = {
  lists: ['sweeps', 'list'] as const,
  one: (id: string) => ['sweeps', 'one', id] as const,
  part: (id: string, part: string) => ['sweeps', part, id] as const,
};

const at = (id: string) => ({ path: { sweep_id: id } });

export const sweepsQuery = (text?: string) =>
  infiniteQueryOptions({
    queryKey: [...sweepKeys.lists, text ?? null],
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/api/v1/sweeps', {
          params: { query: { limit: 50, cursor: pageParam, ...(text ? { q: text } : {}) } },
        }),
      ),
    ...byCursor,
  });

export const sweepQuery = (id: string) =>
  queryOptions({
    queryKey: sweepKeys.one(id),
    queryFn: () => body(api.GET('/api/v1/sweeps/{sweep_id}', { params: at(id) })),
  });

export const surfaceQuery = (id: string, choice: SurfaceChoice) =>
  queryOptions({
    queryKey: [...sweepKeys.part(id, 'surface'), choice],
    queryFn: () =>
      body(api.GET('/api/v1/sweeps/{sweep_id}/surface', { params: { ...at(id), query: choice } })),
    placeholderData: keepPreviousData,
    ...IMMUTABLE,
  });

export const pointsQuery = (id: string, sort: string) =>
  infiniteQueryOptions({
    queryKey: [...sweepKeys.part(id, 'points'), sort],
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/api/v1/sweeps/{sweep_id}/points', {
          params: { ...at(id), query: { sort, limit: 200, cursor: pageParam } },
        }),
      ),
    ...byCursor,
    ...IMMUTABLE,
  });

export const pointQuery = (id: string, n: number) =>
  queryOptions({
    queryKey: [...sweepKeys.part(id, 'point'), n],
    queryFn: () =>
      body(
        api.GET('/api/v1/sweeps/{sweep_id}/points/{n}', {
          params: { path: { sweep_id: id, n } },
        }),
      ),
    placeholderData: keepPreviousData,
    ...IMMUTABLE,
  });

export const pointSeriesQuery = (id: string, n: number) =>
  queryOptions({
    queryKey: [...sweepKeys.part(id, 'series'), n],
    queryFn: () =>
      body(
        api.GET('/api/v1/sweeps/{sweep_id}/points/{n}/series', {
          params: { path: { sweep_id: id, n } },
        }),
      ),
    placeholderData: keepPreviousData,
    ...IMMUTABLE,
  });

/** How much a sweep would be, and what is wrong with it. */
export const sweepCheckQuery = (wanted: SweepCheck | null) =>
  queryOptions({
    queryKey: ['sweeps', 'check', wanted],
    queryFn: () => body(api.POST('/api/v1/sweeps/check', { body: wanted as SweepCheck })),
    enabled: wanted !== null,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });

export function useSweep() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wanted: SweepCreate) =>
      body(
        api.POST('/api/v1/sweeps', {
          body: wanted,
          headers: { 'Idempotency-Key': idempotencyKey() },
        }),
      ),
    onSuccess: ({ job }) => applyJob(client, job),
  });
}

export function useSimulatePoint(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (n: number) =>
      body(
        api.POST('/api/v1/sweeps/{sweep_id}/points/{n}/backtest', {
          params: { path: { sweep_id: id, n } },
          headers: { 'Idempotency-Key': idempotencyKey() },
        }),
      ),
    onSuccess: ({ job }) => applyJob(client, job),
  });
}

export function useReproduceSweep(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => body(api.POST('/api/v1/sweeps/{sweep_id}/reproduce', { params: at(id) })),
    onSuccess: (job) => applyJob(client, job),
  });
}

export function useDeleteSweep(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => body(api.DELETE('/api/v1/sweeps/{sweep_id}', { params: at(id) })),
    onSuccess: () => client.invalidateQueries({ queryKey: sweepKeys.lists }),
  });
}
