import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { api, body, idempotencyKey, type Schema } from '@/lib/client';
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

export function useCreateQuestion() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) =>
      body(
        api.POST('/api/v1/questions', {
          body: { name, description: '' },
          headers: { 'Idempotency-Key': idempotencyKey() },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: questionKeys.lists }),
  });
}
