import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, body, type Schema } from '@/lib/client';
import { backtestKeys } from '@/lib/queries/backtests';
import { byCursor, IMMUTABLE } from '@/lib/queries/keys';

export type Strategy = Schema<'StrategyRead'>;
export type StrategyVersion = Schema<'StrategyVersionRead'>;
export type BuiltIn = Schema<'BuiltInRead'>;

export const strategyKeys = {
  lists: ['strategies', 'list'] as const,
  builtIn: ['strategies', 'built-in'] as const,
  one: (id: string) => ['strategies', 'one', id] as const,
  versions: (id: string) => ['strategies', 'versions', id] as const,
};

export const strategiesQuery = () =>
  infiniteQueryOptions({
    queryKey: strategyKeys.lists,
    queryFn: ({ pageParam }) =>
      body(api.GET('/api/v1/strategies', { params: { query: { limit: 50, cursor: pageParam } } })),
    ...byCursor,
  });

export const builtInQuery = () =>
  queryOptions({
    queryKey: strategyKeys.builtIn,
    queryFn: () => body(api.GET('/api/v1/strategies/built-in')),
    ...IMMUTABLE,
  });

export const strategyQuery = (id: string) =>
  queryOptions({
    queryKey: strategyKeys.one(id),
    queryFn: () =>
      body(api.GET('/api/v1/strategies/{strategy_id}', { params: { path: { strategy_id: id } } })),
  });

export const strategyVersionsQuery = (id: string) =>
  queryOptions({
    queryKey: strategyKeys.versions(id),
    queryFn: () =>
      body(
        api.GET('/api/v1/strategies/{strategy_id}/versions', {
          params: { path: { strategy_id: id } },
        }),
      ),
  });

/** Simulations of any version of a strategy. */
export const strategyBacktestsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: [...backtestKeys.lists, { strategy: id }],
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/api/v1/backtests', {
          params: { query: { strategy: id, limit: 50, cursor: pageParam } },
        }),
      ),
    ...byCursor,
  });
