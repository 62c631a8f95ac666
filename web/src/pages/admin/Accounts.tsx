import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { MoreHorizontal, Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Badge } from '@/components/Badge';
import { Button, IconButton } from '@/components/Button';
import { Card } from '@/components/Card';
import { type Column, DataTable } from '@/components/DataTable';
import { Menu } from '@/components/Menu';
import { ErrorCard } from '@/components/States';
import { toast, toastError } from '@/components/Toast';
import { formatDate } from '@/lib/format';
import { type AccountRow, accountsQuery, useUpdateAccount } from '@/lib/queries/accounts';
import { flat } from '@/lib/queries/keys';
import { useSession } from '@/lib/session';
import { ROLES, word } from '@/lib/words';
import { NewAccount } from './NewAccount';

export function Accounts() {
  const { t, i18n } = useLingui();
  const [creating, setCreating] = useState(false);
  const list = useInfiniteQuery(accountsQuery());
  const columns = useMemo<Column<AccountRow>[]>(
    () => [
      {
        key: 'name',
        header: t`Name`,
        width: 180,
        grow: 2,
        value: (row) => row.name,
        cell: (row) => <span className="font-medium">{row.name}</span>,
      },
      {
        key: 'email',
        header: t`E-mail`,
        width: 220,
        grow: 2,
        value: (row) => row.email,
        cell: (row) => row.email,
      },
      {
        key: 'role',
        header: t`Role`,
        width: 150,
        value: (row) => row.role,
        cell: (row) => word(i18n, ROLES, row.role),
      },
      {
        key: 'state',
        header: t`State`,
        width: 110,
        cell: (row) =>
          row.disabled_at ? (
            <Badge tone="warn">{t`Disabled`}</Badge>
          ) : (
            <Badge tone="good">{t`Active`}</Badge>
          ),
      },
      {
        key: 'created',
        header: t`Since`,
        width: 110,
        numeric: true,
        value: (row) => row.created_at,
        cell: (row) => <span className="text-text-2">{formatDate(row.created_at)}</span>,
      },
      {
        key: 'actions',
        header: <span className="sr-only">{t`Actions`}</span>,
        width: 56,
        grow: 0,
        cell: (row) => <Actions row={row} />,
      },
    ],
    [t, i18n],
  );
  if (list.error) {
    return (
      <ErrorCard error={list.error} what={t`The accounts`} onRetry={() => void list.refetch()} />
    );
  }
  return (
    <Card
      title={t`Accounts`}
      note={flat(list.data?.pages).length || null}
      flush
      className="min-h-100 flex-1 lg:min-h-0"
      actions={
        <Button small tone="primary" icon={<Plus aria-hidden />} onClick={() => setCreating(true)}>
          <Trans>New account</Trans>
        </Button>
      }
    >
      <DataTable
        label={t`Accounts`}
        columns={columns}
        rows={flat(list.data?.pages)}
        rowKey={(row) => row.id}
        loading={list.isPending}
        hasMore={list.hasNextPage}
        onEnd={() => void list.fetchNextPage()}
      />
      {creating && <NewAccount onClose={() => setCreating(false)} />}
    </Card>
  );
}

function Actions({ row }: { row: AccountRow }) {
  const { t } = useLingui();
  const { account } = useSession();
  const update = useUpdateAccount();
  if (row.id === account?.id) return null;
  const disabled = row.disabled_at !== null;
  const failed = (error: unknown): void => toastError(t`The account was not changed`, error);
  const change = (next: { role?: AccountRow['role']; disabled?: boolean }, title: string): void =>
    update.mutate(
      { account: row, change: next },
      { onSuccess: () => toast({ title }), onError: failed },
    );
  const roles: { role: AccountRow['role']; label: string }[] = [
    { role: 'admin', label: t`Make administrator` },
    { role: 'user', label: t`Make user` },
    { role: 'viewer', label: t`Make viewer` },
  ];
  return (
    <Menu
      trigger={
        <IconButton label={t`Change ${row.name}`} className="size-7">
          <MoreHorizontal aria-hidden />
        </IconButton>
      }
      items={[
        ...roles
          .filter(({ role }) => role !== row.role)
          .map(({ role, label }) => ({
            key: role,
            label,
            onSelect: () => change({ role }, t`${row.name} has a new role`),
          })),
        { kind: 'separator' as const, key: 'line' },
        {
          key: 'disable',
          label: disabled ? t`Let in again` : t`Disable`,
          onSelect: () =>
            change(
              { disabled: !disabled },
              disabled ? t`${row.name} may sign in again` : t`${row.name} is disabled`,
            ),
        },
      ]}
    />
  );
}
