import { describe, expect, it } from 'vitest';
import {
  candles,
  drawdown,
  heatStrength,
  histogram,
  indexAtOrBefore,
  placeMarkers,
  points,
  seconds,
  spanRange,
  yearRows,
} from '@/charts/data';

const day = (n: number): string => new Date(Date.UTC(2024, 0, n, 21)).toISOString();
const bars = {
  ts: [day(1), day(2), day(3)],
  open: [1, 2, null],
  high: [2, 3, 4],
  low: [0.5, 1.5, 3],
  close: [1.5, 2.5, 3.5],
  volume: [10, null, 30],
};

describe('candles', () => {
  it('leaves out a bar whose price is not known', () => {
    expect(candles(bars).map((candle) => candle.close)).toEqual([1.5, 2.5]);
  });
  it('keeps a bar whose volume is not known', () => {
    expect(candles(bars)[1]?.volume).toBeNull();
  });
  it('sorts by time and keeps the last of two rows with one time', () => {
    const twice = points({ ts: [day(2), day(1), day(2)], value: [2, 1, 3] });
    expect(twice.map((point) => point.value)).toEqual([1, 3]);
  });
});

describe('placeMarkers', () => {
  const drawn = candles(bars);
  it('puts a trade at the open on the bar that closes after it', () => {
    const at = new Date(Date.UTC(2024, 0, 2, 14, 30)).toISOString();
    const [marker] = placeMarkers([{ id: 'a', ts: at, kind: 'long' }], drawn);
    expect(marker?.time).toBe(seconds(day(2)));
  });
  it('drops a trade after the last bar', () => {
    expect(placeMarkers([{ id: 'a', ts: day(9), kind: 'long' }], drawn)).toEqual([]);
  });
});

describe('drawdown', () => {
  const equity = points({ ts: [day(1), day(2), day(3)], value: [90, 120, 60] });
  it('is the fall from the highest so far', () => {
    expect(drawdown(equity).map((point) => point.value)).toEqual([0, 0, -0.5]);
  });
  it('counts the start capital as a height', () => {
    expect(drawdown(equity, 100)[0]?.value).toBeCloseTo(-0.1);
  });
});

describe('indexAtOrBefore', () => {
  const rows = [{ time: 10 }, { time: 20 }];
  it.each([
    [5, -1],
    [10, 0],
    [19, 0],
    [99, 1],
  ])('of %d is %d', (time, index) => expect(indexAtOrBefore(rows, time)).toBe(index));
});

describe('spanRange', () => {
  const start = Date.UTC(2010, 0, 1) / 1000;
  const end = Date.UTC(2020, 0, 1) / 1000;
  it('ends where the view ends', () => {
    const view = Date.UTC(2015, 0, 1) / 1000;
    expect(spanRange('1Y', start, end, view)).toEqual({ from: view - 366 * 86_400, to: view });
  });
  it('does not reach before the data', () => {
    expect(spanRange('5Y', start, end, start + 86_400).from).toBe(start);
  });
});

describe('yearRows', () => {
  it('compounds the months of a year and puts the latest year first', () => {
    const rows = yearRows([
      { year: 2020, month: 1, value: 0.1 },
      { year: 2020, month: 3, value: -0.1 },
      { year: 2021, month: 12, value: null },
    ]);
    expect(rows.map((row) => row.year)).toEqual([2021, 2020]);
    expect(rows[0]?.total).toBeNull();
    expect(rows[1]?.total).toBeCloseTo(-0.01);
    expect(rows[1]?.months[2]).toBe(-0.1);
  });
});

describe('histogram', () => {
  it('counts every known value once', () => {
    const bins = histogram([1, 2, 3, null, Number.NaN, 100], 5);
    expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(4);
  });
  it('has no bins without values', () => expect(histogram([null])).toEqual([]));
});

it('heatStrength is full at the 95th percentile and never more', () => {
  const strength = heatStrength([0.01, -0.02, 0.04, 0.9]);
  expect(strength(-0.9)).toBe(1);
  expect(strength(0.01)).toBeLessThan(0.5);
});
