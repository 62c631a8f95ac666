import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { api, body, idempotencyKey, type Schema } from '@/lib/client';
import { applyJob } from '@/lib/queries/jobs';
import { byCursor } from '@/lib/queries/keys';
import { modelKeys } from '@/lib/queries/models';

export type Pipeline = Schema<'PipelineRead'>;
export type PipelineSummary = Schema<'PipelineSummary'>;
export type PipelineCreate = Schema<'PipelineCreate'>;
export type PipelineStep = Schema<'PipelineStepRead'>;
export type LeaderBoard = Schema<'LeaderBoardRead'>;
export type Leader = Schema<'LeaderRead'>;
export type SelectedFeature = Schema<'SelectedFeature'>;

export const pipelineKeys = {
  lists: ['pipelines', 'list'] as const,
  one: (id: string) => ['pipelines', 'one', id] as const,
  board: (id: string) => ['pipelines', 'board', id] as const,
};

const at = (id: string) => ({ path: { pipeline_id: id } });

export const pipelinesQuery = (text?: string) =>
  infiniteQueryOptions({
    queryKey: [...pipelineKeys.lists, text ?? null],
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/api/v1/pipelines', {
          params: { query: { limit: 50, cursor: pageParam, ...(text ? { q: text } : {}) } },
        }),
      ),
    ...byCursor,
  });

export const isRunning = (pipeline: { state: PipelineSummary['state'] }): boolean =>
  ['waiting', 'queued', 'running'].includes(pipeline.state);

export const pipelineQuery = (id: string) =>
  queryOptions({
    queryKey: pipelineKeys.one(id),
    queryFn: () => body(api.GET('/api/v1/pipelines/{pipeline_id}', { params: at(id) })),
    // Each finished step is a row of its own: asked for as long as more may come.
    refetchInterval: ({ state }) => (state.data && !isRunning(state.data) ? false : 1_000),
  });

export const leaderBoardQuery = (id: string) =>
  queryOptions({
    queryKey: pipelineKeys.board(id),
    queryFn: () =>
      body(api.GET('/api/v1/pipelines/{pipeline_id}/leader-board', { params: at(id) })),
  });

export function useCreatePipeline() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wanted: PipelineCreate) =>
      body(
        api.POST('/api/v1/pipelines', {
          body: wanted,
          headers: { 'Idempotency-Key': idempotencyKey() },
        }),
      ),
    onSuccess: ({ job }) => {
      applyJob(client, job);
      void client.invalidateQueries({ queryKey: pipelineKeys.lists });
      void client.invalidateQueries({ queryKey: modelKeys.lists });
    },
  });
}

export function useDeletePipeline(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => body(api.DELETE('/api/v1/pipelines/{pipeline_id}', { params: at(id) })),
    onSuccess: () => client.invalidateQueries({ queryKey: pipelineKeys.lists }),
  });
}
