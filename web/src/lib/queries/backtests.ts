import { infiniteQueryOptions } from '@tanstack/react-query';
import { api, body, type Schema } from '@/lib/client';
import { byCursor } from '@/lib/queries/keys';

export type BacktestSummary = Schema<'BacktestSummary'>;

export type BacktestFilter = {
  question?: string;
  strategy?: string;
  universe?: string;
  q?: string;
};

export const backtestKeys = {
  lists: ['backtests', 'list'] as const,
  one: (id: string) => ['backtests', 'one', id] as const,
};

export const backtestsQuery = (filter: BacktestFilter = {}) =>
  infiniteQueryOptions({
    queryKey: [...backtestKeys.lists, filter],
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/api/v1/backtests', {
          params: { query: { limit: 50, cursor: pageParam, ...filter } },
        }),
      ),
    ...byCursor,
  });
