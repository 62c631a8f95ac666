import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { api, body, type Schema } from '@/lib/client';
import { byCursor } from '@/lib/queries/keys';

export type Universe = Schema<'UniverseRead'>;

export const universeKeys = {
  lists: ['universes', 'list'] as const,
  one: (id: string) => ['universes', 'one', id] as const,
};

export const universesQuery = () =>
  infiniteQueryOptions({
    queryKey: universeKeys.lists,
    queryFn: ({ pageParam }) =>
      body(api.GET('/api/v1/universes', { params: { query: { limit: 100, cursor: pageParam } } })),
    ...byCursor,
  });

export const universeQuery = (id: string) =>
  queryOptions({
    queryKey: universeKeys.one(id),
    queryFn: () =>
      body(api.GET('/api/v1/universes/{universe_id}', { params: { path: { universe_id: id } } })),
  });

export function useCreateUniverse() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (universe: Schema<'UniverseCreate'>) =>
      body(api.POST('/api/v1/universes', { body: universe })),
    onSuccess: () => client.invalidateQueries({ queryKey: universeKeys.lists }),
  });
}
