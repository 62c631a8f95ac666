import { useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Card } from '@/components/Card';
import { type Column, DataTable } from '@/components/DataTable';
import { ErrorCard } from '@/components/States';
import { formatInteger, formatNumber } from '@/lib/format';
import { flat } from '@/lib/queries/keys';
import { pointsQuery, type SweepPoint } from '@/lib/queries/sweeps';
import { MEASURES } from '@/lib/sweepWords';
import type { Chosen } from './choice';

const route = getRouteApi('/shell/backtests/sweeps/$sweepId');
const SHOWN = ['sharpe', 'total_return', 'cagr', 'max_drawdown', 'turnover', 'trades'];

/** All combinations, sorted by the server. */
export function Points({ sweep, point, onPick }: Chosen) {
  const { t } = useLingui();
  const { sort = '-sharpe' } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery(pointsQuery(sweep.id, sort));
  const columns = useColumns(Object.keys(sweep.spec.parameters));
  return (
    <Card
      flush
      title={t`Combinations`}
      note={formatInteger(sweep.points)}
      className="h-[420px] lg:h-auto lg:min-h-0 lg:flex-1"
    >
      {list.error ? (
        <ErrorCard
          error={list.error}
          what={t`The combinations`}
          onRetry={() => void list.refetch()}
        />
      ) : (
        <DataTable
          label={t`Combinations`}
          dense
          columns={columns}
          rows={flat(list.data?.pages)}
          rowKey={(row) => String(row.n)}
          selected={String(point)}
          onRowClick={(row) => onPick(row.n)}
          sort={{ key: sort.replace(/^-/, ''), descending: sort.startsWith('-') }}
          onSort={(next) =>
            void navigate({
              search: (before) => ({
                ...before,
                sort: next.descending ? `-${next.key}` : next.key,
              }),
              replace: true,
            })
          }
          loading={list.isPending || list.isFetchingNextPage}
          hasMore={list.hasNextPage}
          onEnd={() => void list.fetchNextPage()}
        />
      )}
    </Card>
  );
}

function useColumns(names: string[]): Column<SweepPoint>[] {
  const { i18n } = useLingui();
  const key = names.join(' ');
  return useMemo(
    () => [
      ...key.split(' ').map(
        (name): Column<SweepPoint> => ({
          key: name,
          header: name,
          width: 56,
          numeric: true,
          sortable: true,
          cell: (row) => {
            const value = row.values[name];
            return formatNumber(value, Number.isInteger(value) ? 0 : 3);
          },
        }),
      ),
      ...MEASURES.filter((one) => SHOWN.includes(one.key)).map(
        (one): Column<SweepPoint> => ({
          key: one.key,
          header: i18n._(one.label),
          width: 100,
          numeric: true,
          sortable: true,
          cell: (row) => one.format(row.statistics[one.key]),
        }),
      ),
    ],
    [key, i18n],
  );
}
