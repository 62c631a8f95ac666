import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { api, body, idempotencyKey, type Schema } from '@/lib/client';
import { applyJob } from '@/lib/queries/jobs';
import { byCursor, IMMUTABLE } from '@/lib/queries/keys';
import { modelKeys } from '@/lib/queries/models';

export type Monitor = Schema<'MonitorRead'>;
/** With every field: the server says those without a bound as null. */
export type Policy = Required<Schema<'Policy'>>;
export type DriftReport = Schema<'DriftReportRead'>;
export type DriftSummary = Schema<'DriftReportSummary'>;
export type DriftColumn = Schema<'ColumnRead'>;
export type DriftAlert = Schema<'AlertRead'>;
export type Challenger = Schema<'ChallengerRead'>;
export type Proposal = Schema<'ProposalRead'>;

const keys = {
  all: ['monitors'] as const,
  ofModel: (id: string) => ['monitors', 'model', id] as const,
  reports: (id: string) => ['monitors', 'reports', id] as const,
  report: (id: string) => ['monitors', 'report', id] as const,
  proposals: (id: string) => ['monitors', 'proposals', id] as const,
  retrainings: (id: string) => ['monitors', 'retrainings', id] as const,
};

export const monitorsQuery = (modelId: string) =>
  queryOptions({
    queryKey: keys.ofModel(modelId),
    queryFn: () =>
      body(
        api.GET('/api/v1/models/{model_id}/monitors', { params: { path: { model_id: modelId } } }),
      ),
  });

export const reportsQuery = (versionId: string) =>
  infiniteQueryOptions({
    queryKey: keys.reports(versionId),
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/api/v1/model-versions/{version_id}/drift-reports', {
          params: { path: { version_id: versionId }, query: { limit: 50, cursor: pageParam } },
        }),
      ),
    ...byCursor,
  });

export const reportQuery = (versionId: string, reportId: string) =>
  queryOptions({
    queryKey: keys.report(reportId),
    queryFn: () =>
      body(
        api.GET('/api/v1/model-versions/{version_id}/drift-reports/{report_id}', {
          params: { path: { version_id: versionId, report_id: reportId } },
        }),
      ),
    ...IMMUTABLE,
  });

export const proposalsQuery = (modelId: string) =>
  queryOptions({
    queryKey: keys.proposals(modelId),
    queryFn: () =>
      body(
        api.GET('/api/v1/models/{model_id}/proposals', { params: { path: { model_id: modelId } } }),
      ),
  });

export const retrainingsQuery = (modelId: string) =>
  queryOptions({
    queryKey: keys.retrainings(modelId),
    queryFn: () =>
      body(
        api.GET('/api/v1/models/{model_id}/retrainings', {
          params: { path: { model_id: modelId } },
        }),
      ),
  });

/** Ends with the job that checks; the report is there when it is done. */
export function useCheckDrift(versionId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (alias: string | undefined) =>
      body(
        api.POST('/api/v1/model-versions/{version_id}/drift-reports', {
          params: {
            path: { version_id: versionId },
            query: alias ? { alias } : {},
          },
          headers: { 'Idempotency-Key': idempotencyKey() },
        }),
      ),
    onSuccess: (job) => applyJob(client, job),
  });
}

export function useRetrain(modelId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (alias: string) =>
      body(
        api.POST('/api/v1/models/{model_id}/monitors/{alias}/retrain', {
          params: {
            path: { model_id: modelId, alias },
          },
          headers: { 'Idempotency-Key': idempotencyKey() },
        }),
      ),
    onSuccess: (job) => {
      applyJob(client, job);
      void client.invalidateQueries({ queryKey: keys.retrainings(modelId) });
    },
  });
}

export function usePutMonitor(modelId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wanted: { alias: string; policy: Policy; revision: number }) =>
      body(
        api.PUT('/api/v1/models/{model_id}/monitors/{alias}', {
          params: {
            path: { model_id: modelId, alias: wanted.alias },
            header: { 'if-match': `"${wanted.revision}"` },
          },
          body: wanted.policy,
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.ofModel(modelId) }),
  });
}

export function useDecide(modelId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (made: {
      proposal: string;
      accept: boolean;
      reason: string;
      override: string | null;
    }) =>
      body(
        api.POST('/api/v1/models/{model_id}/proposals/{proposal_id}/decision', {
          params: { path: { model_id: modelId, proposal_id: made.proposal } },
          body: { accept: made.accept, reason: made.reason, override: made.override },
        }),
      ),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.all }),
        client.invalidateQueries({ queryKey: modelKeys.all }),
      ]),
  });
}

export function refreshReports(
  client: ReturnType<typeof useQueryClient>,
  versionId: string,
  modelId: string,
): void {
  void client.invalidateQueries({ queryKey: keys.reports(versionId) });
  void client.invalidateQueries({ queryKey: keys.proposals(modelId) });
  void client.invalidateQueries({ queryKey: keys.retrainings(modelId) });
}
