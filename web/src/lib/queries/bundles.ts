/** Models that go elsewhere, and bundles that come from there. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, body } from '@/lib/client';
import { ProblemError, problemOf } from '@/lib/problem';
import { applyJob } from '@/lib/queries/jobs';
import { sendFile } from '@/lib/sendFile';

/** Where a bundle goes, and the run of features that it is scored on. */
type ImportOptions = { features: string } & ({ model: string } | { name: string });

/** The trained bundle as a file. */
export async function bundleOf(version: string): Promise<Blob> {
  const params = { path: { version_id: version } };
  return body<unknown>(
    api.GET('/api/v1/model-versions/{version_id}/bundle', { params, parseAs: 'blob' }),
  ) as Promise<Blob>;
}

/** A version as ONNX, written by a job. */
export async function onnxOf(version: string): Promise<Blob> {
  const wanted = { key: 'onnx', kind: 'models.export_onnx', input: { version } };
  let [job] = (await body(api.POST('/api/v1/jobs', { body: { jobs: [wanted] } }))).jobs;
  while (job && !job.finished_at) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    job = await body(api.GET('/api/v1/jobs/{job_id}', { params: { path: { job_id: job.id } } }));
  }
  if (job?.error) throw new ProblemError(problemOf(job.error, job.error.status ?? 422));
  const params = { path: { version_id: version } };
  return body<unknown>(
    api.GET('/api/v1/model-versions/{version_id}/onnx', { params, parseAs: 'blob' }),
  ) as Promise<Blob>;
}

/** Sends a bundle; what comes back is the job that looks into it. */
export function useImportBundle() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ file, options }: { file: File; options: ImportOptions }) =>
      sendFile('/api/v1/model-imports', file, options),
    onSuccess: (job) => applyJob(client, job),
  });
}
