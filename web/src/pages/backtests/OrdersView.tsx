import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Card } from '@/components/Card';
import { type Column, DataTable } from '@/components/DataTable';
import { Select } from '@/components/Select';
import { EmptyState, ErrorCard } from '@/components/States';
import { ORDER_KINDS, ORDER_STATUSES } from '@/lib/backtestWords';
import {
  formatInteger,
  formatIsoDate,
  formatNumber,
  formatPrice,
  formatSigned,
  formatTime,
} from '@/lib/format';
import { type Backtest, type Order, type OrderFilter, ordersQuery } from '@/lib/queries/backtests';
import { flat } from '@/lib/queries/keys';
import { word } from '@/lib/words';
import { unfilledOf } from './parts';

const route = getRouteApi('/shell/backtests/$backtestId');
const ALL = 'all';
const SHORT = 'unfilled';

/** Every order with what became of it; what could not be filled is what one looks for first. */
export function OrdersView({ backtest }: { backtest: Backtest }) {
  const { t, i18n } = useLingui();
  const { status = unfilledOf(backtest.orders) > 0 ? SHORT : ALL } = route.useSearch();
  const navigate = route.useNavigate();
  const columns = useColumns(backtest.span.frequency === 'day');
  const filter: OrderFilter =
    status === ALL ? {} : status === SHORT ? { unfilled: true } : { status: [status] };
  const orders = useInfiniteQuery(ordersQuery(backtest.id, filter));
  const total = Object.values(backtest.orders).reduce((sum, count) => sum + count, 0);
  const known = Object.entries(backtest.orders).toSorted(([, a], [, b]) => b - a);
  if (orders.error) {
    return (
      <ErrorCard
        error={orders.error}
        what={t`The orders`}
        unaffected={t`Figures, curves and trades are complete.`}
        onRetry={() => void orders.refetch()}
      />
    );
  }
  return (
    <Card
      flush
      title={t`Orders`}
      note={formatInteger(total)}
      actions={
        <Select
          label={t`Orders shown`}
          value={status}
          options={[
            { value: ALL, label: t`All orders`, note: formatInteger(total) },
            { value: SHORT, label: t`Not wholly filled` },
            ...known.map(([key, count]) => ({
              value: key,
              label: word(i18n, ORDER_STATUSES, key),
              note: formatInteger(count),
            })),
          ]}
          onChange={(next) =>
            void navigate({ search: (before) => ({ ...before, status: next }), replace: true })
          }
          className="w-56"
        />
      }
      className="h-[560px] lg:h-auto lg:min-h-0 lg:flex-1"
    >
      <DataTable<Order>
        label={t`Orders`}
        dense
        columns={columns}
        rows={flat(orders.data?.pages)}
        rowKey={(order) => String(order.n)}
        onEnd={() => void orders.fetchNextPage()}
        hasMore={orders.hasNextPage}
        loading={orders.isPending || orders.isFetchingNextPage}
        empty={
          <EmptyState title={<Trans>No such order</Trans>}>
            <Trans>Every order of this kind was filled as it was asked for.</Trans>
          </EmptyState>
        }
      />
    </Card>
  );
}

function useColumns(daily: boolean): Column<Order>[] {
  const { t, i18n } = useLingui();
  return useMemo(() => {
    const day = (at: string) => (daily ? formatIsoDate(at) : formatTime(at));
    return [
      {
        key: 'n',
        header: '#',
        width: 56,
        grow: 0.4,
        numeric: true,
        cell: (row) => <span className="text-text-3">{row.n}</span>,
      },
      { key: 'decided', header: t`Decided`, width: 96, cell: (row) => day(row.decided_at) },
      {
        key: 'filled',
        header: t`Filled`,
        width: 96,
        cell: (row) => (row.filled_at ? day(row.filled_at) : '–'),
      },
      {
        key: 'instrument',
        header: t`Name`,
        width: 72,
        cell: (row) => (
          <span title={row.instrument}>
            {row.instrument.slice(row.instrument.indexOf(':') + 1)}
          </span>
        ),
      },
      {
        key: 'kind',
        header: t`Kind`,
        width: 84,
        cell: (row) => word(i18n, ORDER_KINDS, row.kind),
      },
      number('asked', t`Asked`, (row) => formatSigned(row.asked, 1)),
      number('done', t`Done`, (row) => formatSigned(row.done, 1)),
      number('price', t`Price`, (row) => formatPrice(row.price)),
      number('commission', t`Commission`, (row) => formatNumber(row.commission)),
      number('spread', t`Spread`, (row) => formatNumber(row.spread)),
      number('slippage', t`Slippage`, (row) => formatNumber(row.slippage)),
      {
        key: 'status',
        header: t`What became of it`,
        width: 132,
        grow: 1.4,
        cell: (row) => (
          <span className={row.status.startsWith('unfilled') ? 'text-warn' : ''}>
            {word(i18n, ORDER_STATUSES, row.status)}
          </span>
        ),
      },
    ];
  }, [t, i18n, daily]);
}

const number = (key: string, header: string, cell: (row: Order) => string): Column<Order> => ({
  key,
  header,
  width: 76,
  numeric: true,
  cell,
});
