import { useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Badge } from '@/components/Badge';
import { Card } from '@/components/Card';
import { CopyId } from '@/components/CopyId';
import { type Column, DataTable } from '@/components/DataTable';
import { ErrorCard } from '@/components/States';
import { formatInteger, formatTime, NONE } from '@/lib/format';
import { type AuditRow, auditCheckQuery, auditQuery } from '@/lib/queries/accounts';
import { flat } from '@/lib/queries/keys';

/** What changed, as "name: before → after", for the fields that did. */
function changes(row: AuditRow): string {
  const before = row.before ?? {};
  const after = row.after ?? {};
  const show = (value: unknown): string =>
    value === undefined || value === null
      ? NONE
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) =>
      name in before
        ? `${name}: ${show(before[name])} → ${show(after[name])}`
        : `${name}: ${show(after[name])}`,
    )
    .join(' · ');
}

/** Every change to anything, newest first, and whether the chain of digests holds. */
export function Audit() {
  const { t } = useLingui();
  const list = useInfiniteQuery(auditQuery());
  const columns = useMemo<Column<AuditRow>[]>(
    () => [
      { key: 'at', header: t`When (UTC)`, width: 144, grow: 0, cell: (row) => formatTime(row.at) },
      { key: 'who', header: t`Who`, width: 130, cell: (row) => row.account?.name ?? NONE },
      {
        key: 'action',
        header: t`Action`,
        width: 170,
        cell: (row) => <span className="font-medium">{row.action}</span>,
      },
      {
        key: 'object',
        header: t`Object`,
        width: 110,
        cell: (row) => (row.object_id ? <CopyId id={row.object_id} /> : NONE),
      },
      {
        key: 'change',
        header: t`Change`,
        width: 260,
        grow: 4,
        cell: (row) => {
          const text = changes(row);
          return (
            <span className="text-text-2" title={text}>
              {text}
            </span>
          );
        },
      },
      {
        key: 'address',
        header: t`From`,
        width: 110,
        cell: (row) => <span className="text-text-2">{row.address ?? NONE}</span>,
      },
    ],
    [t],
  );
  if (list.error) {
    return <ErrorCard error={list.error} what={t`The audit`} onRetry={() => void list.refetch()} />;
  }
  return (
    <Card title={t`Audit`} flush className="min-h-100 flex-1 lg:min-h-0" actions={<ChainCheck />}>
      <DataTable
        label={t`Audit`}
        columns={columns}
        rows={flat(list.data?.pages)}
        rowKey={(row) => String(row.n)}
        loading={list.isPending}
        hasMore={list.hasNextPage}
        onEnd={() => void list.fetchNextPage()}
      />
    </Card>
  );
}

function ChainCheck() {
  const { t } = useLingui();
  const { data } = useQuery(auditCheckQuery());
  if (!data) return null;
  return data.holds ? (
    <Badge tone="good">{t`chain of ${formatInteger(data.rows)} rows holds`}</Badge>
  ) : (
    <Badge tone="bad">{t`chain broken at row ${data.broken_at ?? 0}`}</Badge>
  );
}
