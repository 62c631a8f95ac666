/** What the backtest page derives from the API's answers. Pure. */
import type { BarColumns, LineColumns, Month, TimeRange, TradeMarker } from '@/charts/data';
import type { Backtest, Monthly, Trade } from '@/lib/queries/backtests';

export const UNIVERSE = 'universe';

export function markersOf(trades: Trade[]): TradeMarker[] {
  return trades.flatMap((trade) => {
    const long = trade.side === 1;
    const entry: TradeMarker = {
      id: `${trade.n}:entry`,
      ts: trade.opened_at,
      kind: long ? 'long' : 'short',
    };
    if (trade.closed_at === null) return [entry];
    return [
      entry,
      { id: `${trade.n}:exit`, ts: trade.closed_at, kind: long ? 'exit-long' : 'exit-short' },
    ];
  });
}

export function monthsOf(monthly: Monthly): Month[] {
  return monthly.years.flatMap((year) =>
    year.months.map(({ month, value }) => ({ year: year.year, month, value })),
  );
}

/** Epoch seconds of a month, or of a whole year for month 0. */
export function monthRange(year: number, month: number): TimeRange {
  const from = Date.UTC(year, month === 0 ? 0 : month - 1, 1);
  const to = month === 0 ? Date.UTC(year + 1, 0, 1) : Date.UTC(year, month, 1);
  return { from: from / 1000, to: to / 1000 - 1 };
}

/** The month or year that a range is, if it is one. */
export function monthOf(range: TimeRange): { year: number; month: number } | null {
  const start = new Date(range.from * 1000);
  const year = start.getUTCFullYear();
  const month = start.getUTCMonth() + 1;
  const is = (m: number): boolean => {
    const { from, to } = monthRange(year, m);
    return from === range.from && to === range.to;
  };
  return is(month) ? { year, month } : is(0) ? { year, month: 0 } : null;
}

const DAY = 86_400;

/** A trade with some room on both sides, so that what led to it is seen. */
export function tradeRange(trade: Trade, end: string): TimeRange {
  const from = Date.parse(trade.opened_at) / 1000;
  const to = Date.parse(trade.closed_at ?? end) / 1000;
  const room = Math.max((to - from) * 0.75, 20 * DAY);
  return { from: Math.floor(from - room), to: Math.ceil(to + room) };
}

/** Curves from 100 at the start, so that accounts of any size lie beside each other. */
export function indexed(ts: string[], values: (number | null)[], base: number): LineColumns {
  return { ts, value: values.map((value) => (value === null ? null : (value / base) * 100)) };
}

/** Only the bars the simulation saw. */
export function within(bars: BarColumns, span: Backtest['span']): BarColumns {
  const from = Date.parse(span.start);
  const to = Date.parse(span.end);
  const kept = bars.ts.flatMap((ts, i) => {
    const at = typeof ts === 'number' ? ts : Date.parse(ts);
    return at >= from && at <= to ? [i] : [];
  });
  const pick = <T>(column: T[]): T[] => kept.map((i) => column[i] as T);
  return {
    ts: pick(bars.ts),
    open: pick(bars.open),
    high: pick(bars.high),
    low: pick(bars.low),
    close: pick(bars.close),
    ...(bars.volume ? { volume: pick(bars.volume) } : {}),
  };
}

/** Orders of which something was left: by status, as the engine names them. */
export const UNFILLED = [
  'unfilled_no_price',
  'unfilled_no_cash',
  'unfilled_no_volume',
  'unfilled_lot',
  'partial',
  'scaled',
  'limited',
  'expired',
  'cancelled',
] as const;

export function unfilledOf(orders: Record<string, number>): number {
  return UNFILLED.filter((status) => status.startsWith('unfilled')).reduce(
    (sum, status) => sum + (orders[status] ?? 0),
    0,
  );
}

const quoted = (value: string | number): string => {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const COLUMNS = [
  'n',
  'instrument',
  'side',
  'opened_at',
  'closed_at',
  'quantity',
  'entry',
  'exit',
  'bars',
  'net_return',
  'pnl',
  'costs',
  'mae',
  'mfe',
  'exit_reason',
] as const satisfies (keyof Trade)[];

/** Trades as a CSV file with full precision. */
export function tradesCsv(trades: Trade[]): string {
  const lines = trades.map((trade) => COLUMNS.map((name) => quoted(trade[name] ?? '')).join(','));
  return `${[COLUMNS.join(','), ...lines].join('\n')}\n`;
}
