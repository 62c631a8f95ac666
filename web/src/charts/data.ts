/**
 * What charts draw, made from what the API sends. Pure, so that it is tested without a chart.
 * Times come as RFC 3339 text or epoch milliseconds and leave as epoch seconds.
 */
import type { UTCTimestamp } from 'lightweight-charts';

export type Moment = string | number;
type Values = (number | null | undefined)[];

export type BarColumns = {
  ts: Moment[];
  open: Values;
  high: Values;
  low: Values;
  close: Values;
  volume?: Values;
};

export type LineColumns = { ts: Moment[]; value: Values };

export type TradeMarker = {
  id: string;
  ts: Moment;
  kind: 'long' | 'short' | 'exit-long' | 'exit-short';
};

export type TimeRange = { from: number; to: number };

export function seconds(moment: Moment): UTCTimestamp {
  const ms = typeof moment === 'number' ? moment : Date.parse(moment);
  return Math.floor(ms / 1000) as UTCTimestamp;
}

/** Rows in strictly rising time; of rows with one time the last holds. */
function rising<Row extends { time: UTCTimestamp }>(rows: Row[]): Row[] {
  const sorted = rows.toSorted((a, b) => a.time - b.time);
  return sorted.filter((row, index) => row.time !== sorted[index + 1]?.time);
}

const known = (value: number | null | undefined): value is number =>
  value !== null && value !== undefined && Number.isFinite(value);

export type Candle = {
  time: UTCTimestamp;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number | null;
};

/** Bars with a price that is not known are left out, not drawn at zero. */
export function candles(bars: BarColumns): Candle[] {
  const rows: Candle[] = [];
  bars.ts.forEach((ts, i) => {
    const { [i]: open } = bars.open;
    const { [i]: high } = bars.high;
    const { [i]: low } = bars.low;
    const { [i]: close } = bars.close;
    if (!known(open) || !known(high) || !known(low) || !known(close)) return;
    const volume = bars.volume?.[i];
    rows.push({ time: seconds(ts), open, high, low, close, volume: known(volume) ? volume : null });
  });
  return rising(rows);
}

export type Point = { time: UTCTimestamp; value: number };

export function points(line: LineColumns): Point[] {
  const rows: Point[] = [];
  line.ts.forEach((ts, i) => {
    const value = line.value[i];
    if (known(value)) rows.push({ time: seconds(ts), value });
  });
  return rising(rows);
}

/** Index of the last item at or before a time; −1 if there is none. */
export function indexAtOrBefore(rows: { time: number }[], time: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.time ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Fall from the highest value so far, as a fraction that is zero or negative. */
export function drawdown(equity: Point[], start?: number): Point[] {
  let peak = start ?? Number.NEGATIVE_INFINITY;
  return equity.map(({ time, value }) => {
    peak = Math.max(peak, value);
    return { time, value: value / peak - 1 };
  });
}

export type PlacedMarker = { id: string; time: UTCTimestamp; kind: TradeMarker['kind'] };

/** Puts each marker on the bar it belongs to: the first at or after its time. One of a kind a bar. */
export function placeMarkers(markers: TradeMarker[], bars: Candle[]): PlacedMarker[] {
  const placed: PlacedMarker[] = [];
  const taken = new Set<string>();
  for (const { id, ts, kind } of markers) {
    const at = seconds(ts);
    const before = indexAtOrBefore(bars, at);
    const bar = bars[before]?.time === at ? bars[before] : bars[before + 1];
    const key = `${bar?.time} ${kind}`;
    if (!bar || taken.has(key)) continue;
    taken.add(key);
    placed.push({ id, time: bar.time, kind });
  }
  return placed.sort((a, b) => a.time - b.time);
}

export type Span = '1W' | '1M' | '3M' | '1Y' | '5Y' | 'All';
const DAYS: Record<Exclude<Span, 'All'>, number> = {
  '1W': 7,
  '1M': 31,
  '3M': 92,
  '1Y': 366,
  '5Y': 1827,
};

/** The range a span button asks for, ending where the view ends now. */
export function spanRange(span: Span, first: number, last: number, end: number = last): TimeRange {
  if (span === 'All') return { from: first, to: last };
  const to = Math.min(end, last);
  return { from: Math.max(first, to - DAYS[span] * 86_400), to };
}

export type Bin = { low: number; high: number; count: number };

/** Equal bins over the middle of the values; what lies beyond falls into the outer ones. */
export function histogram(values: Values, count = 40): Bin[] {
  const sorted = values.filter(known).toSorted((a, b) => a - b);
  if (sorted.length === 0) return [];
  const at = (q: number): number => sorted[Math.round(q * (sorted.length - 1))] ?? 0;
  const low = at(0.002);
  const high = at(0.998) > low ? at(0.998) : low + 1;
  const step = (high - low) / count;
  const bins = Array.from({ length: count }, (_, i) => ({
    low: low + i * step,
    high: low + (i + 1) * step,
    count: 0,
  }));
  for (const value of sorted) {
    const bin = bins[Math.max(0, Math.min(count - 1, Math.floor((value - low) / step)))];
    if (bin) bin.count += 1;
  }
  return bins;
}

export type Month = { year: number; month: number; value: number | null };
export type YearRow = { year: number; months: (number | null)[]; total: number | null };

/** Years, the latest first, of twelve months each; a year's total compounds its months. */
export function yearRows(months: Month[]): YearRow[] {
  const years = new Map<number, (number | null)[]>();
  for (const { year, month, value } of months) {
    const row = years.get(year) ?? new Array<number | null>(12).fill(null);
    row[month - 1] = known(value) ? value : null;
    years.set(year, row);
  }
  return [...years]
    .sort(([a], [b]) => b - a)
    .map(([year, row]) => {
      const present = row.filter(known);
      const total = present.reduce((product, value) => product * (1 + value), 1) - 1;
      return { year, months: row, total: present.length > 0 ? total : null };
    });
}

/** How strongly a cell is coloured, 0 to 1; a few large months must not pale the rest. */
export function heatStrength(values: Values): (value: number) => number {
  const sizes = values
    .filter(known)
    .map(Math.abs)
    .sort((a, b) => a - b);
  const reference = sizes[Math.floor(0.95 * (sizes.length - 1))] || 1;
  return (value) => Math.min(1, Math.abs(value) / reference);
}
