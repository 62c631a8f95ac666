import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { api, body, type Schema } from '@/lib/client';
import { byCursor, IMMUTABLE } from '@/lib/queries/keys';

export type Feature = Schema<'FeatureRead'>;
export type FeatureDetail = Schema<'FeatureDetail'>;
export type FeatureSet = Schema<'FeatureSetRead'>;
export type FeatureSetDetail = Schema<'FeatureSetDetail'>;
export type FeatureMember = Schema<'MemberRead'>;
export type FeatureStatistics = Schema<'StatisticsRead'>;
export type FeatureReport = Schema<'FeatureReport'>;
export type FeatureVersion = Schema<'VersionStatistics'>;
export type Lineage = Schema<'LineageRead'>;
export type Correlations = Schema<'CorrelationsRead'>;

export const featureKeys = {
  lists: ['features', 'list'] as const,
  one: (id: string) => ['features', 'one', id] as const,
  sets: ['feature-sets', 'list'] as const,
  part: (id: string, part: string) => ['features', part, id] as const,
  set: (id: string) => ['feature-sets', 'one', id] as const,
  correlations: (id: string) => ['feature-sets', 'correlations', id] as const,
};

export const featuresQuery = (retired = false) =>
  infiniteQueryOptions({
    queryKey: [...featureKeys.lists, { retired }],
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/api/v1/features', {
          params: { query: { limit: 500, retired, cursor: pageParam } },
        }),
      ),
    ...byCursor,
  });

export const featureQuery = (id: string) =>
  queryOptions({
    queryKey: featureKeys.one(id),
    queryFn: () =>
      body(api.GET('/api/v1/features/{feature_id}', { params: { path: { feature_id: id } } })),
  });

export const featureSetsQuery = () =>
  infiniteQueryOptions({
    queryKey: featureKeys.sets,
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/api/v1/feature-sets', { params: { query: { limit: 100, cursor: pageParam } } }),
      ),
    ...byCursor,
  });

export const featureSetQuery = (id: string) =>
  queryOptions({
    queryKey: featureKeys.set(id),
    queryFn: () =>
      body(
        api.GET('/api/v1/feature-sets/{feature_set_id}', {
          params: { path: { feature_set_id: id } },
        }),
      ),
  });

const at = (id: string) => ({ path: { feature_id: id } });

export const featureReportQuery = (id: string) =>
  queryOptions({
    queryKey: featureKeys.part(id, 'statistics'),
    queryFn: (): Promise<FeatureReport> =>
      body(api.GET('/api/v1/features/{feature_id}/statistics', { params: at(id) })),
  });

export const featureVersionsQuery = (id: string) =>
  queryOptions({
    queryKey: featureKeys.part(id, 'versions'),
    queryFn: (): Promise<FeatureVersion[]> =>
      body(api.GET('/api/v1/features/{feature_id}/versions', { params: at(id) })),
  });

export const lineageQuery = (id: string) =>
  queryOptions({
    queryKey: featureKeys.part(id, 'lineage'),
    queryFn: (): Promise<Lineage> =>
      body(api.GET('/api/v1/features/{feature_id}/lineage', { params: at(id) })),
  });

export const correlationsQuery = (id: string) =>
  queryOptions({
    queryKey: featureKeys.correlations(id),
    queryFn: (): Promise<Correlations> =>
      body(
        api.GET('/api/v1/feature-sets/{feature_set_id}/correlations', {
          params: { path: { feature_set_id: id } },
        }),
      ),
  });

export function useCreateFeature() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (feature: Schema<'FeatureCreate'>) =>
      body(api.POST('/api/v1/features', { body: feature })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['features'] }),
  });
}

/** Gives a feature another expression. */
export function useAddFeatureVersion(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (version: Schema<'FeatureVersionCreate'>) =>
      body(
        api.POST('/api/v1/features/{feature_id}/versions', {
          params: { path: { feature_id: id } },
          body: version,
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['features'] }),
  });
}

/** Description, tags, retirement; refused when somebody changed it meanwhile. */
export function useUpdateFeature(feature: Feature) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: Schema<'FeatureUpdate'>) =>
      body(
        api.PATCH('/api/v1/features/{feature_id}', {
          params: { ...at(feature.id), header: { 'if-match': `"${feature.revision}"` } },
          body: change,
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ['features'] }),
  });
}

export function useDeleteFeature() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      body(api.DELETE('/api/v1/features/{feature_id}', { params: at(id) })),
    onSuccess: () => client.invalidateQueries({ queryKey: featureKeys.lists }),
  });
}

export const readyMadeQuery = () =>
  queryOptions({
    queryKey: ['ready-made-sets'],
    queryFn: () => body(api.GET('/api/v1/ready-made-sets')),
    ...IMMUTABLE,
  });

/** Makes the features of a published set, and the set. */
export function useTakeOver() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (key: string) =>
      body(api.POST('/api/v1/ready-made-sets/{key}', { params: { path: { key } } })),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['features'] }),
        client.invalidateQueries({ queryKey: ['feature-sets'] }),
      ]),
  });
}
