import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { api, body, idempotencyKey, type Schema } from '@/lib/client';
import { featureKeys } from '@/lib/queries/features';
import { applyJob } from '@/lib/queries/jobs';
import { byCursor, IMMUTABLE } from '@/lib/queries/keys';

export type Discovery = Schema<'DiscoveryRead'>;
export type DiscoverySummary = Schema<'DiscoverySummary'>;
export type DiscoveryCreate = Schema<'DiscoveryCreate'>;
export type Candidate = Schema<'CandidateRead'>;
export type Family = DiscoveryCreate['families'] extends (infer One)[] | undefined ? One : never;
export type Reason = NonNullable<Candidate['reason']>;
/** Which candidates: those that fell for a reason, those that are kept, or all. */
export type Chosen = Reason | 'kept';
export type CandidateFilter = { reason?: Chosen | undefined; q?: string | undefined; sort: string };

export const discoveryKeys = {
  lists: ['discoveries', 'list'] as const,
  one: (id: string) => ['discoveries', 'one', id] as const,
  candidates: (id: string) => ['discoveries', 'candidates', id] as const,
};

const at = (id: string) => ({ path: { discovery_id: id } });

export const discoveriesQuery = (text?: string) =>
  infiniteQueryOptions({
    queryKey: [...discoveryKeys.lists, text ?? null],
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/api/v1/discoveries', {
          params: { query: { limit: 50, cursor: pageParam, ...(text ? { q: text } : {}) } },
        }),
      ),
    ...byCursor,
  });

export const discoveryQuery = (id: string) =>
  queryOptions({
    queryKey: discoveryKeys.one(id),
    queryFn: () => body(api.GET('/api/v1/discoveries/{discovery_id}', { params: at(id) })),
  });

export const candidatesQuery = (id: string, { reason, q, sort }: CandidateFilter) =>
  infiniteQueryOptions({
    queryKey: [...discoveryKeys.candidates(id), reason ?? null, q ?? null, sort],
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/api/v1/discoveries/{discovery_id}/candidates', {
          params: {
            ...at(id),
            query: {
              sort,
              limit: 200,
              cursor: pageParam,
              ...(reason ? { reason: [reason] } : {}),
              ...(q ? { q } : {}),
            },
          },
        }),
      ),
    placeholderData: keepPreviousData,
    ...byCursor,
    ...IMMUTABLE,
  });

export function useDiscover() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wanted: DiscoveryCreate) =>
      body(
        api.POST('/api/v1/discoveries', {
          body: wanted,
          headers: { 'Idempotency-Key': idempotencyKey() },
        }),
      ),
    onSuccess: ({ job }) => applyJob(client, job),
  });
}

export function useAdopt(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wanted: Schema<'Adopt'>) =>
      body(
        api.POST('/api/v1/discoveries/{discovery_id}/adopt', {
          params: at(id),
          body: wanted,
          headers: { 'Idempotency-Key': idempotencyKey() },
        }),
      ),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: featureKeys.sets }),
        client.invalidateQueries({ queryKey: ['features'] }),
        client.invalidateQueries({ queryKey: discoveryQuery(id).queryKey }),
      ]),
  });
}

export function useReproduceDiscovery(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      body(api.POST('/api/v1/discoveries/{discovery_id}/reproduce', { params: at(id) })),
    onSuccess: (job) => applyJob(client, job),
  });
}

export function useDeleteDiscovery(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => body(api.DELETE('/api/v1/discoveries/{discovery_id}', { params: at(id) })),
    onSuccess: () => client.invalidateQueries({ queryKey: discoveryKeys.lists }),
  });
}
