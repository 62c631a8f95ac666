import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { api, body, type Schema } from '@/lib/client';
import { byCursor } from '@/lib/queries/keys';

export type ModelAlert = Schema<'ModelAlertRead'>;
export type AlertKind = ModelAlert['kind'];

export type AlertFilter = {
  open?: boolean | undefined;
  kind?: AlertKind | undefined;
  model?: string | undefined;
  /** At most so many days ago. */
  days?: number | undefined;
};

const keys = {
  all: ['alerts'] as const,
  list: (filter: AlertFilter) => ['alerts', 'list', filter] as const,
  count: ['alerts', 'count'] as const,
};

const DAY = 86_400_000;
/** Checks of other people end without a word to this page. */
const ASK_AGAIN = 5 * 60_000;

export const alertsQuery = (filter: AlertFilter) =>
  infiniteQueryOptions({
    queryKey: keys.list(filter),
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/api/v1/alerts', {
          params: {
            query: {
              open: filter.open ?? null,
              kind: filter.kind ? [filter.kind] : null,
              model: filter.model ?? null,
              since: filter.days ? new Date(Date.now() - filter.days * DAY).toISOString() : null,
              limit: 100,
              cursor: pageParam,
            },
          },
        }),
      ),
    ...byCursor,
  });

const countQuery = queryOptions({
  queryKey: keys.count,
  queryFn: () => body(api.GET('/api/v1/alerts/count')),
  refetchInterval: ASK_AGAIN,
});

/** How many alerts nobody took notice of. */
export function useOpenAlerts(): number {
  return useQuery(countQuery).data?.open ?? 0;
}

/** Takes notice of alerts, or takes that back. */
export function useAcknowledge() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ alerts, acknowledged }: { alerts: ModelAlert[]; acknowledged: boolean }) =>
      body(
        api.PUT('/api/v1/alerts/acknowledgements', {
          body: {
            alerts: alerts.map(({ report_id, position }) => ({ report_id, position })),
            acknowledged,
          },
        }),
      ),
    onSuccess: (count) => {
      client.setQueryData(keys.count, count);
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.all }),
  });
}
