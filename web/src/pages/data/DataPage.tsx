import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import type { Column } from '@/components/DataTable';
import { ListPage } from '@/components/ListPage';
import { EmptyState } from '@/components/States';
import { formatAgo, formatInteger, formatIsoDate, NONE } from '@/lib/format';
import { type Dataset, datasetsQuery } from '@/lib/queries/datasets';
import { flat } from '@/lib/queries/keys';
import { DATASET_KINDS, word } from '@/lib/words';
import { NewDataset } from './NewDataset';

const route = getRouteApi('/shell/data');

export default function DataPage() {
  const { t, i18n } = useLingui();
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const [creating, setCreating] = useState(false);
  const list = useInfiniteQuery(datasetsQuery());
  const columns = useMemo<Column<Dataset>[]>(
    () => [
      {
        key: 'name',
        header: t`Dataset`,
        width: 220,
        grow: 3,
        value: (row) => row.name,
        cell: (row) => (
          <Link
            to="/data/$datasetId"
            params={{ datasetId: row.id }}
            className="font-medium hover:underline"
          >
            {row.name}
          </Link>
        ),
      },
      {
        key: 'kind',
        header: t`Kind`,
        width: 120,
        value: (row) => row.kind,
        cell: (row) => <Badge>{word(i18n, DATASET_KINDS, row.kind)}</Badge>,
      },
      {
        key: 'source',
        header: t`Source`,
        width: 140,
        grow: 2,
        cell: (row) => <span className="text-text-2">{row.source || NONE}</span>,
      },
      {
        key: 'rows',
        header: t`Rows`,
        width: 96,
        numeric: true,
        value: (row) => row.latest?.rows,
        cell: (row) => formatInteger(row.latest?.rows),
      },
      {
        key: 'span',
        header: t`Span`,
        width: 190,
        value: (row) => row.latest?.first_ts,
        cell: (row) =>
          row.latest
            ? `${formatIsoDate(row.latest.first_ts)} – ${formatIsoDate(row.latest.last_ts)}`
            : NONE,
      },
      {
        key: 'version',
        header: t`Version`,
        width: 80,
        numeric: true,
        cell: (row) => (row.latest ? `v${row.latest.seq}` : NONE),
      },
      {
        key: 'updated',
        header: t`Updated`,
        width: 110,
        numeric: true,
        value: (row) => row.latest?.created_at,
        cell: (row) => <span className="text-text-2">{formatAgo(row.latest?.created_at)}</span>,
      },
    ],
    [t, i18n],
  );
  const add = (
    <Button tone="primary" icon={<Plus aria-hidden />} onClick={() => setCreating(true)}>
      <Trans>New dataset</Trans>
    </Button>
  );
  return (
    <>
      <ListPage
        title={t`Data`}
        list={{ ...list, rows: flat(list.data?.pages) }}
        columns={columns}
        onOpen={(row) => void navigate({ to: '/data/$datasetId', params: { datasetId: row.id } })}
        query={q}
        onQuery={(next) => void navigate({ search: next ? { q: next } : {}, replace: true })}
        text={(row) => `${row.name} ${row.kind} ${row.source}`}
        actions={add}
        empty={
          <EmptyState title={<Trans>No data yet.</Trans>} action={add}>
            <Trans>
              A dataset holds prices, macro series, news, reports or dividends, each row with the
              time it could first be known.
            </Trans>
          </EmptyState>
        }
      />
      {creating && <NewDataset onClose={() => setCreating(false)} />}
    </>
  );
}
