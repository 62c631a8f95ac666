import { idempotencyKey, type Schema } from '@/lib/client';
import { ProblemError, problemOf } from '@/lib/problem';
import { authorizedFetch } from '@/lib/session';

/** Posts a file with its options; what comes back is the job that reads it. */
export async function sendFile(
  path: string,
  file: File,
  options: object,
): Promise<Schema<'JobRead'>> {
  const form = new FormData();
  form.set('file', file);
  form.set('options', JSON.stringify(options));
  const response = await authorizedFetch(path, {
    method: 'POST',
    headers: { 'Idempotency-Key': idempotencyKey() },
    body: form,
  });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new ProblemError(problemOf(answer, response.status));
  return answer as Schema<'JobRead'>;
}
