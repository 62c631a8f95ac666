/** What happens to model versions once they are there: promotion, rollback, comparison, removal. */
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { api, body, type Schema } from '@/lib/client';
import { byCursor } from '@/lib/queries/keys';
import { modelKeys } from '@/lib/queries/models';

export type Gate = Schema<'GateRead'>;
export type GateSpec = Schema<'GateSpec'>;
export type Promotion = Schema<'PromotionRead'>;
export type PromotionCheck = Schema<'PromotionCheck'>;
export type Rollback = Schema<'RollbackRead'>;
export type Comparison = Schema<'ComparisonRead'>;
export type ModelGraph = Schema<'GraphRead'>;
export type ModelCard = Schema<'CardRead'>;
export type AliasEvent = Schema<'AliasEventRead'>;

const gateKey = ['promotion-gate'] as const;

export const promotionQuery = (version: string, alias: string) =>
  queryOptions({
    queryKey: [...modelKeys.all, 'promotion', version, alias],
    queryFn: () =>
      body(
        api.GET('/api/v1/model-versions/{version_id}/promotion', {
          params: { path: { version_id: version }, query: { alias } },
        }),
      ),
  });

export const rollbackQuery = (model: string, name: string) =>
  queryOptions({
    queryKey: [...modelKeys.all, 'rollback', model, name],
    queryFn: () =>
      body(
        api.GET('/api/v1/models/{model_id}/aliases/{name}/rollback', {
          params: { path: { model_id: model, name } },
        }),
      ),
  });

export const comparisonQuery = (ids: string[]) =>
  queryOptions({
    queryKey: [...modelKeys.all, 'comparison', ...ids],
    queryFn: () => body(api.GET('/api/v1/model-versions/compare', { params: { query: { ids } } })),
    enabled: ids.length > 1,
  });

export const modelGraphQuery = (version: string) =>
  queryOptions({
    queryKey: [...modelKeys.all, 'lineage', version],
    queryFn: () =>
      body(
        api.GET('/api/v1/model-versions/{version_id}/lineage', {
          params: { path: { version_id: version } },
        }),
      ),
  });

export const modelCardQuery = (version: string) =>
  queryOptions({
    queryKey: [...modelKeys.all, 'card', version],
    queryFn: () =>
      body(
        api.GET('/api/v1/model-versions/{version_id}/card', {
          params: { path: { version_id: version } },
        }),
      ),
  });

export const gateQuery = () =>
  queryOptions({
    queryKey: gateKey,
    queryFn: () => body(api.GET('/api/v1/promotion-gate')),
  });

export const gateChangesQuery = () =>
  infiniteQueryOptions({
    queryKey: [...gateKey, 'changes'],
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/api/v1/promotion-gate/changes', {
          params: { query: { limit: 50, cursor: pageParam } },
        }),
      ),
    ...byCursor,
  });

export function useChangeGate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ n, spec, reason }: { n: number; spec: GateSpec; reason: string }) =>
      body(
        api.PUT('/api/v1/promotion-gate', {
          params: { header: { 'if-match': `"${n}"` } },
          body: { spec, reason },
        }),
      ),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: gateKey }),
        client.invalidateQueries({ queryKey: modelKeys.all }),
      ]),
  });
}

export function useRollBack(model: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, revision, reason }: { name: string; revision: number; reason: string }) =>
      body(
        api.POST('/api/v1/models/{model_id}/aliases/{name}/rollback', {
          params: {
            path: { model_id: model, name },
            header: { 'if-match': `"${revision}"` },
          },
          body: { reason },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: modelKeys.all }),
  });
}

export type Removed =
  | { kind: 'alias'; model: string; name: string }
  | { kind: 'version'; id: string }
  | { kind: 'model'; id: string };

/** Takes an alias, a version or a model away, with the reason for it. */
export function useRemove() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ what, reason }: { what: Removed; reason: string }) => {
      const query = { reason };
      switch (what.kind) {
        case 'alias':
          return body(
            api.DELETE('/api/v1/models/{model_id}/aliases/{name}', {
              params: { path: { model_id: what.model, name: what.name }, query },
            }),
          );
        case 'version':
          return body(
            api.DELETE('/api/v1/model-versions/{version_id}', {
              params: { path: { version_id: what.id }, query },
            }),
          );
        case 'model':
          return body(
            api.DELETE('/api/v1/models/{model_id}', {
              params: { path: { model_id: what.id }, query },
            }),
          );
      }
    },
    // A removed page is left, and asking for it again would fail: only what is not in sight is asked.
    onSuccess: (_, { what }) =>
      client.invalidateQueries({
        queryKey: modelKeys.all,
        refetchType: what.kind === 'alias' ? 'active' : 'none',
      }),
  });
}
