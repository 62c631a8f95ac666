import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, body, type Schema } from '@/lib/client';
import { IMMUTABLE } from '@/lib/queries/keys';

export type ExpressionCheck = Schema<'CheckRead'>;
export type ExpressionProblem = Schema<'ProblemRead'>;
export type ExpressionPreview = Schema<'PreviewRead'>;
export type PreviewValues = Schema<'PreviewValues'>;
export type PreviewRequest = Schema<'PreviewRequest'>;
export type CheckContext = Schema<'CheckContext'>;

export const expressionKeys = {
  functions: ['expressions', 'functions'] as const,
  names: ['expressions', 'names'] as const,
  check: (expression: string, context: CheckContext) =>
    ['expressions', 'check', expression, context] as const,
  preview: (wanted: PreviewRequest) => ['expressions', 'preview', wanted] as const,
};

export const functionsQuery = () =>
  queryOptions({
    queryKey: expressionKeys.functions,
    queryFn: () => body(api.GET('/api/v1/expressions/functions')),
    ...IMMUTABLE,
  });

/** Fields, groups, series and own features. */
export const namesQuery = () =>
  queryOptions({
    queryKey: expressionKeys.names,
    queryFn: () => body(api.GET('/api/v1/expressions/names')),
    staleTime: 60_000,
  });

/** What an expression may name, as far as it is known; before that any series. */
export function contextOf(names: Schema<'NameRead'>[]): CheckContext {
  const of = (kind: string): string[] =>
    names.filter((one) => one.kind === kind).map((one) => one.name);
  if (names.length === 0) return { label: false, groups: ['sector'] };
  return {
    label: false,
    groups: of('group').filter((name) => name !== 'market'),
    series: of('series').map((name) => name.replace(/^macro\./, '')),
  };
}

/** What the language says of an expression; the same text is asked once. */
export const checkQuery = (expression: string, context: CheckContext, enabled = true) =>
  queryOptions({
    queryKey: expressionKeys.check(expression, context),
    queryFn: ({ signal }) =>
      body(
        api.POST('/api/v1/expressions/check', {
          body: { expression, context },
          signal,
        }),
      ),
    enabled: enabled && expression.trim().length > 0,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });

/** An expression's values on real data; a request that a later one replaced is given up. */
export const previewQuery = (wanted: PreviewRequest) =>
  queryOptions({
    queryKey: expressionKeys.preview(wanted),
    queryFn: ({ signal }) =>
      body(api.POST('/api/v1/expressions/preview', { body: wanted, signal })),
    enabled: wanted.expression.trim().length > 0,
    staleTime: 5 * 60_000,
    gcTime: 5 * 60_000,
    placeholderData: keepPreviousData,
  });
