import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, body, type Schema } from '@/lib/client';
import { byCursor } from '@/lib/queries/keys';

export type Question = Schema<'QuestionRead'>;

export const questionKeys = {
  lists: ['questions', 'list'] as const,
  one: (id: string) => ['questions', 'one', id] as const,
  trials: (id: string) => ['questions', 'trials', id] as const,
};

export const questionsQuery = () =>
  infiniteQueryOptions({
    queryKey: questionKeys.lists,
    queryFn: ({ pageParam }) =>
      body(api.GET('/api/v1/questions', { params: { query: { limit: 100, cursor: pageParam } } })),
    ...byCursor,
  });

export const questionQuery = (id: string) =>
  queryOptions({
    queryKey: questionKeys.one(id),
    queryFn: () =>
      body(api.GET('/api/v1/questions/{question_id}', { params: { path: { question_id: id } } })),
  });
