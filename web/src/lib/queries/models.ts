import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { api, body, idempotencyKey, type Schema } from '@/lib/client';
import { applyJob, type Job } from '@/lib/queries/jobs';
import { byCursor, IMMUTABLE } from '@/lib/queries/keys';

export type Model = Schema<'ModelRead'>;
export type ModelVersion = Schema<'ModelVersionRead'>;
/** The client gives a pair as a list. */
export type ModelVersionDetail = Omit<Schema<'ModelVersionDetail'>, 'span'> & {
  span: string[] | null;
};
export type StatedScore = Schema<'StatedScoreRead'>;
export type RankIC = Schema<'RankICRead'>;
export type Learner = Schema<'LearnerRead'>;
export type ModelStep = Schema<'StepRead'>;
export type TrainSpec = Schema<'TrainSpec'>;

export const modelKeys = {
  all: ['models'] as const,
  lists: ['models', 'list'] as const,
  one: (id: string) => ['models', 'one', id] as const,
  versions: (id: string) => ['models', 'versions', id] as const,
  version: (id: string) => ['models', 'version', id] as const,
  events: (id: string, name: string) => ['models', 'events', id, name] as const,
};

export const modelsQuery = () =>
  infiniteQueryOptions({
    queryKey: modelKeys.lists,
    queryFn: ({ pageParam }) =>
      body(api.GET('/api/v1/models', { params: { query: { limit: 50, cursor: pageParam } } })),
    ...byCursor,
  });

export const modelQuery = (id: string) =>
  queryOptions({
    queryKey: modelKeys.one(id),
    queryFn: () =>
      body(api.GET('/api/v1/models/{model_id}', { params: { path: { model_id: id } } })),
  });

export const modelVersionsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: modelKeys.versions(id),
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/api/v1/models/{model_id}/versions', {
          params: { path: { model_id: id }, query: { limit: 50, cursor: pageParam } },
        }),
      ),
    ...byCursor,
  });

export const modelVersionQuery = (id: string) =>
  queryOptions({
    queryKey: modelKeys.version(id),
    queryFn: () =>
      body(
        api.GET('/api/v1/model-versions/{version_id}', { params: { path: { version_id: id } } }),
      ),
    ...IMMUTABLE,
  });

export const modelScoresQuery = (id: string) =>
  queryOptions({
    queryKey: [...modelKeys.all, 'scores', id],
    queryFn: () =>
      body(
        api.GET('/api/v1/model-versions/{version_id}/scores', {
          params: { path: { version_id: id } },
        }),
      ),
  });

export const aliasEventsQuery = (id: string, name: string) =>
  queryOptions({
    queryKey: modelKeys.events(id, name),
    queryFn: () =>
      body(
        api.GET('/api/v1/models/{model_id}/aliases/{name}/events', {
          params: { path: { model_id: id, name } },
        }),
      ),
  });

export const learnersQuery = () =>
  queryOptions({
    queryKey: ['learners'],
    queryFn: () => body(api.GET('/api/v1/learners')),
    ...IMMUTABLE,
  });

export const modelStepsQuery = () =>
  queryOptions({
    queryKey: ['model-steps'],
    queryFn: () => body(api.GET('/api/v1/model-steps')),
    ...IMMUTABLE,
  });

export type Training = {
  /** An existing model gets a version; a name makes a new model. */
  model: { id: string } | { name: string };
  question: string | null;
  /** The run that computed the features. */
  features: string;
  name: string;
  spec: TrainSpec;
};

/** Makes the model if it is new, and posts its training as a job. */
export function useTrain() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (wanted: Training): Promise<Job> => {
      const key = idempotencyKey();
      const model =
        'id' in wanted.model
          ? wanted.model
          : await body(
              api.POST('/api/v1/models', {
                body: { name: wanted.model.name, description: '' },
                headers: { 'Idempotency-Key': `${key}-model` },
              }),
            );
      const chain = await body(
        api.POST('/api/v1/jobs', {
          body: {
            question: wanted.question,
            jobs: [
              {
                key: 'train',
                kind: 'models.train',
                name: wanted.name,
                input: { model: model.id, features: wanted.features, spec: wanted.spec },
              },
            ],
          },
          headers: { 'Idempotency-Key': key },
        }),
      );
      return chain.jobs[0] as Job;
    },
    onSuccess: (job) => {
      applyJob(client, job);
      void client.invalidateQueries({ queryKey: modelKeys.lists });
    },
  });
}

export function useMoveAlias(modelId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (move: {
      name: string;
      version: string;
      reason: string;
      revision: number | null;
      override?: string;
    }) =>
      body(
        api.PUT('/api/v1/models/{model_id}/aliases/{name}', {
          params: {
            path: { model_id: modelId, name: move.name },
            ...(move.revision === null ? {} : { header: { 'if-match': `"${move.revision}"` } }),
          },
          body: {
            version: move.version,
            reason: move.reason,
            ...(move.override ? { override: move.override } : {}),
          },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: modelKeys.all }),
  });
}
