import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { api, body, type Schema } from '@/lib/client';
import { applyJob, type Job } from '@/lib/queries/jobs';
import { byCursor, IMMUTABLE } from '@/lib/queries/keys';
import { sendFile } from '@/lib/sendFile';

export type Dataset = Schema<'DatasetRead'>;
export type DatasetVersion = Schema<'VersionRead'>;
export type Coverage = Schema<'CoverageRead'>;
export type Finding = Schema<'FindingRead'>;
export type QuarantineRow = Schema<'QuarantineRead'>;

/** How to read a file; what is left out the server finds from the file itself. */
export type UploadOptions = {
  delimiter?: string;
  decimal?: '.' | ',';
  date_format?: string;
  columns?: Record<string, string>;
  symbol?: string;
  exchange?: string;
  stamp?: 'start' | 'close';
};

export const datasetKeys = {
  all: ['datasets'] as const,
  lists: ['datasets', 'list'] as const,
  one: (id: string) => ['datasets', 'one', id] as const,
  part: (id: string, part: string) => ['datasets', part, id] as const,
  bars: (id: string, instrument: string) => ['datasets', 'bars', id, instrument] as const,
  series: (id: string, series: string) => ['datasets', 'series', id, series] as const,
};

const at = (id: string) => ({ path: { dataset_id: id } });

export const datasetsQuery = () =>
  infiniteQueryOptions({
    queryKey: datasetKeys.lists,
    queryFn: ({ pageParam }) =>
      body(api.GET('/api/v1/datasets', { params: { query: { limit: 100, cursor: pageParam } } })),
    ...byCursor,
  });

export const datasetQuery = (id: string) =>
  queryOptions({
    queryKey: datasetKeys.one(id),
    queryFn: () => body(api.GET('/api/v1/datasets/{dataset_id}', { params: at(id) })),
  });

export const datasetVersionsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: datasetKeys.part(id, 'versions'),
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/api/v1/datasets/{dataset_id}/versions', {
          params: { ...at(id), query: { limit: 50, cursor: pageParam } },
        }),
      ),
    ...byCursor,
  });

export const coverageQuery = (id: string) =>
  queryOptions({
    queryKey: datasetKeys.part(id, 'coverage'),
    queryFn: () => body(api.GET('/api/v1/datasets/{dataset_id}/coverage', { params: at(id) })),
  });

export const findingsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: datasetKeys.part(id, 'findings'),
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/api/v1/datasets/{dataset_id}/findings', {
          params: { ...at(id), query: { limit: 100, cursor: pageParam } },
        }),
      ),
    ...byCursor,
  });

export const quarantineQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: datasetKeys.part(id, 'quarantine'),
    queryFn: ({ pageParam }) =>
      body(
        api.GET('/api/v1/datasets/{dataset_id}/quarantine', {
          params: { ...at(id), query: { limit: 100, cursor: pageParam } },
        }),
      ),
    ...byCursor,
  });

/** Bars of one instrument, summed up on the server to at most so many points. */
export const barsQuery = (id: string, instrument: string, version?: string) =>
  queryOptions({
    queryKey: [...datasetKeys.bars(id, instrument), version ?? null],
    queryFn: () =>
      body(
        api.GET('/api/v1/datasets/{dataset_id}/bars', {
          params: {
            ...at(id),
            query: { instrument, points: 5000, ...(version ? { version } : {}) },
          },
        }),
      ),
    ...(version ? IMMUTABLE : {}),
  });

export const seriesQuery = (id: string, series: string) =>
  queryOptions({
    queryKey: datasetKeys.series(id, series),
    queryFn: () =>
      body(
        api.GET('/api/v1/datasets/{dataset_id}/series', {
          params: { ...at(id), query: { series, points: 5000 } },
        }),
      ),
  });

export function useReleaseQuarantine(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (release: { rows: number[]; reason: string }) =>
      body(
        api.POST('/api/v1/datasets/{dataset_id}/quarantine/release', {
          params: at(id),
          body: release,
        }),
      ),
    onSuccess: (job: Job) => applyJob(client, job),
  });
}

export function useCreateDataset() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (dataset: Schema<'DatasetCreate'>) =>
      body(api.POST('/api/v1/datasets', { body: dataset })),
    onSuccess: () => client.invalidateQueries({ queryKey: datasetKeys.lists }),
  });
}

/** Sends a file; what comes back is the job that reads it. */
export function useUpload(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ file, options }: { file: File; options: UploadOptions }) =>
      sendFile(`/api/v1/datasets/${id}/uploads`, file, options),
    onSuccess: (job) => applyJob(client, job),
  });
}
