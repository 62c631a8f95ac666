import createClient from 'openapi-fetch';
import type { components, paths } from '@/api/schema';
import { ProblemError, problemOf } from '@/lib/problem';
import { authorizedFetch } from '@/lib/session';

/** Names of the API's own types: `Schema<'JobRead'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

export const api = createClient<paths>({
  baseUrl: typeof location === 'undefined' ? '' : location.origin,
  fetch: authorizedFetch,
});

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The body of a call, or a ProblemError that says what the server said. */
export async function body<T>(call: Promise<Answer<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await call;
  if (!response.ok) throw new ProblemError(problemOf(error, response.status));
  return (data ?? null) as NonNullable<T>;
}

/** One key per intention, so that a second click is not a second job. */
export function idempotencyKey(): string {
  return crypto.randomUUID();
}
