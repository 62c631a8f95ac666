import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, body, idempotencyKey, type Schema } from '@/lib/client';
import { applyJob, type Job } from '@/lib/queries/jobs';
import { IMMUTABLE } from '@/lib/queries/keys';

export type EvaluationKind = Schema<'EvaluationSummary'>['kind'];
export type Evaluation = Schema<'EvaluationRead'>;
export type EvaluationResult = Schema<'EvaluationResult'>;
export type LeakResult = Schema<'LeakResult'>;
export type LeakCheck = Schema<'LeakCheckRead'>;
export type AblationResult = Schema<'AblationResult'>;
export type Part = Schema<'ScorePartRead'>;
export type Estimate = Schema<'EstimateRead'>;
export type Difference = Schema<'ICDifferenceRead'>;

/** Whose evaluations: a version's, or those of values that nothing was trained on yet. */
export type Subject = { version: string } | { features_run: string };

export const evaluationKeys = {
  lists: ['evaluations', 'list'] as const,
  one: (id: string) => ['evaluations', 'one', id] as const,
  views: (version: string) => ['evaluations', 'views', version] as const,
};

/** The newest evaluations of one kind. */
export const evaluationsQuery = (subject: Subject, kind: EvaluationKind) =>
  queryOptions({
    queryKey: [...evaluationKeys.lists, subject, kind],
    queryFn: () =>
      body(api.GET('/api/v1/evaluations', { params: { query: { ...subject, kind, limit: 20 } } })),
  });

export const evaluationQuery = (id: string) =>
  queryOptions({
    queryKey: evaluationKeys.one(id),
    queryFn: () =>
      body(
        api.GET('/api/v1/evaluations/{evaluation_id}', { params: { path: { evaluation_id: id } } }),
      ),
    ...IMMUTABLE,
  });

export const versionViewsQuery = (version: string) =>
  queryOptions({
    queryKey: evaluationKeys.views(version),
    queryFn: () =>
      body(
        api.GET('/api/v1/model-versions/{version_id}/views', {
          params: { path: { version_id: version } },
        }),
      ),
    ...IMMUTABLE,
  });

export const KINDS: Record<EvaluationKind, string> = {
  evaluation: 'evaluations.run',
  leaks: 'evaluations.check_leaks',
  ablation: 'evaluations.ablate',
};

/** Posts an evaluation as a job; its trials count under the question of what it looks into. */
export function useEvaluate(kind: EvaluationKind) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (wanted: { name: string; input: Record<string, unknown> }): Promise<Job> => {
      const chain = await body(
        api.POST('/api/v1/jobs', {
          body: {
            jobs: [{ key: 'one', kind: KINDS[kind], name: wanted.name, input: wanted.input }],
          },
          headers: { 'Idempotency-Key': idempotencyKey() },
        }),
      );
      return chain.jobs[0] as Job;
    },
    onSuccess: (job) => applyJob(client, job),
  });
}
