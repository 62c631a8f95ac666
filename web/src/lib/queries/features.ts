import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { api, body, type Schema } from '@/lib/client';
import { byCursor } from '@/lib/queries/keys';

export type Feature = Schema<'FeatureRead'>;
export type FeatureDetail = Schema<'FeatureDetail'>;
export type FeatureSet = Schema<'FeatureSetRead'>;
export type FeatureSetDetail = Schema<'FeatureSetDetail'>;
export type FeatureMember = Schema<'MemberRead'>;
export type FeatureStatistics = Schema<'StatisticsRead'>;

export const featureKeys = {
  lists: ['features', 'list'] as const,
  one: (id: string) => ['features', 'one', id] as const,
  sets: ['feature-sets', 'list'] as const,
  set: (id: string) => ['feature-sets', 'one', id] as const,
};

export const featuresQuery = () =>
  infiniteQueryOptions({
    queryKey: featureKeys.lists,
    queryFn: ({ pageParam }) =>
      body(api.GET('/api/v1/features', { params: { query: { limit: 200, cursor: pageParam } } })),
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
