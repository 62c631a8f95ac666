import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ArrowDownRight, ArrowUpRight } from 'lucide-react';
import { useMemo } from 'react';
import { type Column, DataTable } from '@/components/DataTable';
import { SearchField } from '@/components/SearchField';
import { Segmented } from '@/components/Segmented';
import { EmptyState, ErrorCard } from '@/components/States';
import { EXIT_REASONS } from '@/lib/backtestWords';
import { cx } from '@/lib/classes';
import {
  formatInteger,
  formatIsoDate,
  formatNumber,
  formatPrice,
  formatSigned,
  formatSignedPercent,
  formatTime,
  toneOf,
} from '@/lib/format';
import {
  type Backtest,
  type Trade,
  type TradeFilter,
  type TradeSort,
  tradesQuery,
} from '@/lib/queries/backtests';
import { flat } from '@/lib/queries/keys';
import { word } from '@/lib/words';
import { tradeRange } from './parts';

const route = getRouteApi('/shell/backtests/$backtestId');
type Choice = 'all' | 'long' | 'short' | 'win' | 'loss';

/** The filters of the table, in the URL. */
export function TradeFilters() {
  const { t } = useLingui();
  const { side, outcome, q } = route.useSearch();
  const navigate = route.useNavigate();
  const chosen: Choice = side ?? outcome ?? 'all';
  return (
    <>
      <Segmented<Choice>
        label={t`Trades shown`}
        value={chosen}
        options={[
          { value: 'all', label: t`All` },
          { value: 'long', label: t`Long` },
          { value: 'short', label: t`Short` },
          { value: 'win', label: t`Winners` },
          { value: 'loss', label: t`Losers` },
        ]}
        onChange={(next) =>
          void navigate({
            search: (before) => ({
              ...before,
              side: next === 'long' || next === 'short' ? next : undefined,
              outcome: next === 'win' || next === 'loss' ? next : undefined,
            }),
            replace: true,
          })
        }
      />
      <SearchField
        label={t`Find #, name…`}
        defaultValue={q}
        onChange={(event) =>
          void navigate({
            search: (before) => ({ ...before, q: event.target.value || undefined }),
            replace: true,
          })
        }
        className="w-36"
      />
    </>
  );
}

/** Round trips; filtered, sorted and paged by the server. A click zooms the chart to one. */
export function Trades({ backtest }: { backtest: Backtest }) {
  const { t } = useLingui();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const columns = useColumns(backtest.span.frequency === 'day');
  const sort = (search.sort ?? '-n') as TradeSort;
  const filter: TradeFilter = {
    sort,
    ...(search.side ? { side: search.side } : {}),
    ...(search.outcome ? { outcome: search.outcome } : {}),
    ...(search.q ? { q: search.q } : {}),
  };
  const trades = useInfiniteQuery(tradesQuery(backtest.id, filter));
  if (trades.error) {
    return (
      <ErrorCard
        error={trades.error}
        what={t`The trades`}
        unaffected={t`Figures and curves are complete.`}
        onRetry={() => void trades.refetch()}
      />
    );
  }
  return (
    <DataTable<Trade>
      label={t`Trades`}
      dense
      columns={columns}
      rows={flat(trades.data?.pages)}
      rowKey={(trade) => String(trade.n)}
      selected={search.trade ?? null}
      onRowClick={(trade) =>
        void navigate({
          search: (before) => ({
            ...before,
            ...tradeRange(trade, backtest.span.end),
            instrument: trade.instrument,
            trade: String(trade.n),
          }),
          replace: true,
        })
      }
      sort={{ key: sort.replace('-', ''), descending: sort.startsWith('-') }}
      onSort={({ key, descending }) =>
        void navigate({
          search: (before) => ({ ...before, sort: `${descending ? '-' : ''}${key}` }),
          replace: true,
        })
      }
      onEnd={() => void trades.fetchNextPage()}
      hasMore={trades.hasNextPage}
      loading={trades.isPending || trades.isFetchingNextPage}
      empty={
        <EmptyState title={<Trans>No trade fits</Trans>}>
          <Trans>Take a filter away, or the simulation made none at all.</Trans>
        </EmptyState>
      }
    />
  );
}

function useColumns(daily: boolean): Column<Trade>[] {
  const { t, i18n } = useLingui();
  return useMemo(
    () => [
      {
        key: 'n',
        header: '#',
        width: 56,
        grow: 0.4,
        numeric: true,
        sortable: true,
        cell: (row) => <span className="text-text-3">{row.n}</span>,
      },
      {
        key: 'opened_at',
        header: daily ? t`Opened` : t`Opened (UTC)`,
        width: daily ? 92 : 126,
        sortable: true,
        cell: (row) => (daily ? formatIsoDate(row.opened_at) : formatTime(row.opened_at)),
      },
      {
        key: 'instrument',
        header: t`Name`,
        width: 56,
        cell: (row) => (
          <span title={row.instrument}>
            {row.instrument.slice(row.instrument.indexOf(':') + 1)}
          </span>
        ),
      },
      {
        key: 'side',
        header: t`Side`,
        width: 74,
        grow: 0.5,
        cell: (row) => <Side side={row.side} />,
      },
      {
        key: 'quantity',
        header: t`Qty`,
        width: 60,
        numeric: true,
        cell: (row) => formatNumber(row.quantity, 1),
      },
      {
        key: 'entry',
        header: t`Entry`,
        width: 70,
        numeric: true,
        cell: (row) => formatPrice(row.entry),
      },
      {
        key: 'exit',
        header: t`Exit`,
        width: 70,
        numeric: true,
        cell: (row) => formatPrice(row.exit),
      },
      {
        key: 'bars',
        header: t`Bars`,
        width: 46,
        grow: 0.5,
        numeric: true,
        sortable: true,
        cell: (row) => formatInteger(row.bars),
      },
      {
        key: 'net_return',
        header: t`Return`,
        width: 68,
        numeric: true,
        sortable: true,
        cell: (row) => (
          <span className={toneOf(row.net_return)}>{formatSignedPercent(row.net_return)}</span>
        ),
      },
      {
        key: 'pnl',
        header: t`P&L`,
        width: 72,
        numeric: true,
        sortable: true,
        cell: (row) => <span className={toneOf(row.pnl)}>{formatSigned(row.pnl, 0)}</span>,
      },
      {
        key: 'exit_reason',
        header: t`Exit reason`,
        width: 84,
        cell: (row) => word(i18n, EXIT_REASONS, row.exit_reason),
      },
    ],
    [t, i18n, daily],
  );
}

function Side({ side }: { side: Trade['side'] }) {
  const { t } = useLingui();
  const long = side === 1;
  const Arrow = long ? ArrowUpRight : ArrowDownRight;
  return (
    <span className={cx('inline-flex items-center gap-1', long ? 'text-gain' : 'text-loss')}>
      <Arrow className="size-3.5" aria-hidden />
      {long ? t`Long` : t`Short`}
    </span>
  );
}
