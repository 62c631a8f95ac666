import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { api, body, type Schema } from '@/lib/client';
import { byCursor } from '@/lib/queries/keys';

export type AccountRow = Schema<'AccountRead'>;
export type AuditRow = Schema<'AuditRead'>;

export const accountKeys = {
  lists: ['accounts', 'list'] as const,
  audit: ['audit', 'list'] as const,
  auditCheck: ['audit', 'check'] as const,
};

export const accountsQuery = () =>
  infiniteQueryOptions({
    queryKey: accountKeys.lists,
    queryFn: ({ pageParam }) =>
      body(api.GET('/api/v1/accounts', { params: { query: { limit: 100, cursor: pageParam } } })),
    ...byCursor,
  });

export const auditQuery = () =>
  infiniteQueryOptions({
    queryKey: accountKeys.audit,
    queryFn: ({ pageParam }) =>
      body(api.GET('/api/v1/audit', { params: { query: { limit: 100, cursor: pageParam } } })),
    ...byCursor,
  });

export const auditCheckQuery = () =>
  queryOptions({
    queryKey: accountKeys.auditCheck,
    queryFn: () => body(api.GET('/api/v1/audit/check')),
  });

export function useCreateAccount() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (account: Schema<'AccountCreate'>) =>
      body(api.POST('/api/v1/accounts', { body: account })),
    onSuccess: () => client.invalidateQueries({ queryKey: accountKeys.lists }),
  });
}

export function useUpdateAccount() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ account, change }: { account: AccountRow; change: Schema<'AccountUpdate'> }) =>
      body(
        api.PATCH('/api/v1/accounts/{account_id}', {
          params: {
            path: { account_id: account.id },
            header: { 'if-match': `"${account.revision}"` },
          },
          body: change,
        }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: accountKeys.lists }),
  });
}
