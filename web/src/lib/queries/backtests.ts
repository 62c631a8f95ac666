import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { api, body, idempotencyKey, type Schema } from '@/lib/client';
import { applyJob } from '@/lib/queries/jobs';
import { byCursor, IMMUTABLE } from '@/lib/queries/keys';

export type Backtest = Schema<'BacktestRead'>;
export type BacktestSummary = Schema<'BacktestSummary'>;
export type BacktestCreate = Schema<'BacktestCreate'>;
export type Series = Schema<'CurvesRead'>;
export type Monthly = Schema<'MonthlyRead'>;
export type Trade = Schema<'TradeRead'>;
export type Metric = Schema<'Metric'>;
export type Order = Schema<'OrderRead'>;
export type Analysis = Schema<'AnalysisRead'>;
export type Rolling = Schema<'RollingRead'>;
export type Robustness = Schema<'RobustnessRead'>;
export type Examination = Schema<'ExaminationRead'>;
export type OrderFilter = { status?: string[]; kind?: string; unfilled?: boolean };
export type TradeFilter = {
  side?: 'long' | 'short';
  outcome?: 'win' | 'loss';
  instrument?: string;
  q?: string;
  sort?: TradeSort;
};
export type TradeSort =
  | 'n'
  | '-n'
  | 'opened_at'
  | '-opened_at'
  | 'pnl'
  | '-pnl'
  | 'net_return'
  | '-net_return'
  | 'bars'
  | '-bars';

export const backtestKeys = {
  lists: ['backtests', 'list'] as const,
  one: (id: string) => ['backtests', 'one', id] as const,
  part: (id: string, part: string) => ['backtests', part, id] as const,
  trades: (id: string, filter: TradeFilter) => ['backtests', 'trades', id, filter] as const,
};

const at = (id: string) => ({ path: { backtest_id: id } });

export const backtestsQuery = (question?: string, text?: string) =>
  infiniteQueryOptions({
    queryKey: [...backtestKeys.lists, question ?? null, text ?? null],
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/api/v1/backtests', {
          params: {
            query: {
              limit: 50,
              cursor: pageParam,
              ...(question ? { question } : {}),
              ...(text ? { q: text } : {}),
            },
          },
        }),
      ),
    ...byCursor,
  });

export const backtestQuery = (id: string) =>
  queryOptions({
    queryKey: backtestKeys.one(id),
    // Pairs of numbers lose their length in the client's types.
    queryFn: async () =>
      (await body(api.GET('/api/v1/backtests/{backtest_id}', { params: at(id) }))) as Backtest,
  });

export const backtestSeriesQuery = (id: string) =>
  queryOptions({
    queryKey: backtestKeys.part(id, 'series'),
    queryFn: () =>
      body(
        api.GET('/api/v1/backtests/{backtest_id}/series', {
          params: { ...at(id), query: { points: 5000 } },
        }),
      ),
    ...IMMUTABLE,
  });

export const backtestMonthsQuery = (id: string) =>
  queryOptions({
    queryKey: backtestKeys.part(id, 'months'),
    queryFn: () => body(api.GET('/api/v1/backtests/{backtest_id}/monthly', { params: at(id) })),
    ...IMMUTABLE,
  });

export const backtestRollingQuery = (id: string) =>
  queryOptions({
    queryKey: backtestKeys.part(id, 'rolling'),
    queryFn: () =>
      body(
        api.GET('/api/v1/backtests/{backtest_id}/rolling', {
          params: { ...at(id), query: { points: 2000 } },
        }),
      ),
    ...IMMUTABLE,
  });

export const backtestAnalysisQuery = (id: string) =>
  queryOptions({
    queryKey: backtestKeys.part(id, 'analysis'),
    queryFn: () => body(api.GET('/api/v1/backtests/{backtest_id}/analysis', { params: at(id) })),
    ...IMMUTABLE,
  });

export const backtestRobustnessQuery = (id: string) =>
  queryOptions({
    queryKey: backtestKeys.part(id, 'robustness'),
    queryFn: () => body(api.GET('/api/v1/backtests/{backtest_id}/robustness', { params: at(id) })),
    ...IMMUTABLE,
  });

export const backtestExaminationQuery = (id: string) =>
  queryOptions({
    queryKey: backtestKeys.part(id, 'examination'),
    queryFn: () => body(api.GET('/api/v1/backtests/{backtest_id}/examination', { params: at(id) })),
  });

export const ordersQuery = (id: string, filter: OrderFilter) =>
  infiniteQueryOptions({
    queryKey: [...backtestKeys.part(id, 'orders'), filter],
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/api/v1/backtests/{backtest_id}/orders', {
          params: { ...at(id), query: { ...filter, cursor: pageParam, limit: 200 } },
        }),
      ),
    ...byCursor,
    ...IMMUTABLE,
  });

export const tradedQuery = (id: string) =>
  queryOptions({
    queryKey: backtestKeys.part(id, 'instruments'),
    queryFn: () => body(api.GET('/api/v1/backtests/{backtest_id}/instruments', { params: at(id) })),
    ...IMMUTABLE,
  });

const tradesPage = (id: string, filter: TradeFilter, cursor: string | null, limit: number) =>
  body(
    api.GET('/api/v1/backtests/{backtest_id}/trades', {
      params: { ...at(id), query: { ...filter, cursor, limit } },
    }),
  );

export const tradesQuery = (id: string, filter: TradeFilter) =>
  infiniteQueryOptions({
    queryKey: backtestKeys.trades(id, filter),
    queryFn: ({ pageParam }) => tradesPage(id, filter, pageParam, 200),
    ...byCursor,
    ...IMMUTABLE,
  });

/** Every trade, page after page: for the markers of one instrument, or a file. */
export async function allTrades(id: string, filter: TradeFilter): Promise<Trade[]> {
  const rows: Trade[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof tradesPage>> = await tradesPage(id, filter, cursor, 500);
    rows.push(...page.items);
    cursor = page.next ?? null;
  } while (cursor !== null);
  return rows;
}

export const instrumentTradesQuery = (id: string, instrument: string) =>
  queryOptions({
    queryKey: [...backtestKeys.part(id, 'marks'), instrument],
    queryFn: () => allTrades(id, { instrument, sort: 'n' }),
    ...IMMUTABLE,
  });

export function useSimulate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wanted: BacktestCreate) =>
      body(
        api.POST('/api/v1/backtests', {
          body: wanted,
          headers: { 'Idempotency-Key': idempotencyKey() },
        }),
      ),
    onSuccess: ({ job }) => {
      applyJob(client, job);
      void client.invalidateQueries({ queryKey: backtestKeys.lists });
    },
  });
}

export function useReproduce(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      body(api.POST('/api/v1/backtests/{backtest_id}/reproduce', { params: at(id) })),
    onSuccess: (job) => applyJob(client, job),
  });
}

export function useExamine(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => body(api.POST('/api/v1/backtests/{backtest_id}/examine', { params: at(id) })),
    onSuccess: (job) => applyJob(client, job),
  });
}

export function useDeleteBacktest(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => body(api.DELETE('/api/v1/backtests/{backtest_id}', { params: at(id) })),
    onSuccess: () => client.invalidateQueries({ queryKey: backtestKeys.lists }),
  });
}
