import { queryOptions } from '@tanstack/react-query';
import { ProblemError, problemOf } from '@/lib/problem';
import { authorizedFetch } from '@/lib/session';

export type Noun = 'backtests' | 'models' | 'strategies' | 'datasets' | 'feature-sets' | 'features';

/** Ids and names of a noun, for the palette and for choosing one in a form. */
export const namedQuery = (noun: Noun) =>
  queryOptions({
    queryKey: [noun, 'names'],
    queryFn: async (): Promise<{ id: string; name: string }[]> => {
      const response = await authorizedFetch(`/api/v1/${noun}?limit=100`);
      const page: unknown = await response.json();
      if (!response.ok) throw new ProblemError(problemOf(page, response.status));
      const { items } = page as { items: { id: string; name: string | null }[] };
      return items.map(({ id, name }) => ({ id, name: name ?? id }));
    },
  });
