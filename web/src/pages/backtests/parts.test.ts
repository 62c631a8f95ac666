import { describe, expect, it } from 'vitest';
import type { Trade } from '@/lib/queries/backtests';
import {
  indexed,
  markersOf,
  monthOf,
  monthRange,
  monthsOf,
  tradeRange,
  tradesCsv,
  within,
} from './parts';

const TRADE: Trade = {
  n: 7,
  instrument: 'XNAS:AAPL',
  side: -1,
  opened_at: '2015-03-02T14:30:00Z',
  closed_at: '2015-03-09T14:30:00Z',
  quantity: 2,
  entry: 100,
  exit: 90,
  bars: 5,
  net_return: 0.1,
  pnl: 20,
  costs: 0.2,
  mae: 0.01,
  mfe: 0.12,
  exit_reason: 'exited',
};

describe('markers', () => {
  it('marks the entry and the exit by the side of the trade', () => {
    expect(markersOf([TRADE]).map(({ id, kind }) => [id, kind])).toEqual([
      ['7:entry', 'short'],
      ['7:exit', 'exit-short'],
    ]);
  });
  it('leaves out the exit of a trade that is still open', () => {
    expect(markersOf([{ ...TRADE, closed_at: null }])).toHaveLength(1);
  });
});

describe('ranges', () => {
  it('covers a month to its last second, and a year for month 0', () => {
    expect(monthRange(2016, 2)).toEqual({
      from: Date.UTC(2016, 1, 1) / 1000,
      to: Date.UTC(2016, 2, 1) / 1000 - 1,
    });
    expect(monthRange(2016, 0).to).toBe(Date.UTC(2017, 0, 1) / 1000 - 1);
  });
  it('leaves at least twenty days of room around a trade', () => {
    const { from, to } = tradeRange(TRADE, '2018-01-01T00:00:00Z');
    expect(to - from).toBe((7 + 40) * 86_400);
  });
});

it('flattens the years of the monthly table', () => {
  const years = [{ year: 2016, total: 0.1, months: [{ month: 2, value: 0.1 }] }];
  expect(monthsOf({ years, positive: 1, months: 1 })).toEqual([
    { year: 2016, month: 2, value: 0.1 },
  ]);
});

it('puts curves on a base of 100 and keeps gaps', () => {
  expect(indexed(['a', 'b'], [50, null], 50).value).toEqual([100, null]);
});

it('keeps the bars of the simulated span only', () => {
  const day = (n: number): string => `2015-01-0${n}T21:00:00Z`;
  const column = [1, 2, 3];
  const bars = { ts: column.map(day), open: column, high: column, low: column, close: column };
  const span = { start: day(2), end: day(3) } as never;
  expect(within(bars, span).close).toEqual([2, 3]);
});

it('writes trades as CSV with quotes where they are needed', () => {
  const [head, row] = tradesCsv([{ ...TRADE, exit_reason: 'a, b' }]).split('\n');
  expect(head?.startsWith('n,instrument,side')).toBe(true);
  expect(row?.endsWith('"a, b"')).toBe(true);
});

describe('monthOf', () => {
  it('knows the month or the year a range is', () => {
    expect(monthOf(monthRange(2016, 11))).toEqual({ year: 2016, month: 11 });
    expect(monthOf(monthRange(2016, 0))).toEqual({ year: 2016, month: 0 });
    expect(monthOf({ from: 1, to: 2 })).toBeNull();
  });
});
