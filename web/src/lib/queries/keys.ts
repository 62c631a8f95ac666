import { QueryClient } from '@tanstack/react-query';
import { OfflineError, ProblemError } from '@/lib/problem';

/** A refusal stays a refusal; only what may pass is asked again. */
function retry(failures: number, error: unknown): boolean {
  if (error instanceof ProblemError) return error.problem.status >= 502 && failures < 2;
  return error instanceof OfflineError && failures < 2;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 15_000, retry, retryDelay: (n) => 500 * 2 ** n, throwOnError: false },
      mutations: { retry: false },
    },
  });
}

/** The cursor pages of a list as one array. */
export function flat<Item>(pages: { items: Item[] }[] | undefined): Item[] {
  return pages?.flatMap((page) => page.items) ?? [];
}

/** What an infinite query needs beside its key and its call. */
export const byCursor = {
  initialPageParam: null as string | null,
  getNextPageParam: (page: { next?: string | null }): string | null => page.next ?? null,
};

/** A result that never changes once made. */
export const IMMUTABLE = { staleTime: Number.POSITIVE_INFINITY, gcTime: 30 * 60_000 };
