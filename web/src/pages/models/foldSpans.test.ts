import { describe, expect, it } from 'vitest';
import type { ModelVersionDetail } from '@/lib/queries/models';
import { axisOf, spansOf } from './foldSpans';

const ic = { mean: 0.1, standard_error: 0.1, bars: 10 };
const fold = (number: number, days: [string, string, string, string]) =>
  ({
    number,
    train_start: `${days[0]}T00:00:00Z`,
    train_end: `${days[1]}T00:00:00Z`,
    test_start: `${days[2]}T00:00:00Z`,
    test_end: `${days[3]}T00:00:00Z`,
    train_rows: 1,
    test_rows: 1,
    rank_ic: ic,
    seeds: [],
  }) satisfies ModelVersionDetail['folds'][number];

const FOLDS = [
  fold(0, ['2020-01-01', '2020-02-10', '2020-02-20', '2020-03-11']),
  fold(1, ['2020-01-01', '2020-03-01', '2020-03-11', '2020-04-10']),
];

describe('the spans of folds', () => {
  it('lie on one axis from the first training bar to the last test', () => {
    const axis = axisOf(FOLDS);
    const [first, second] = spansOf(FOLDS, axis);
    expect(first?.train).toEqual({ from: 0, to: 0.4 });
    expect(first?.gap).toEqual({ from: 0.4, to: 0.5 });
    expect(first?.test).toEqual({ from: 0.5, to: 0.7 });
    expect(second?.test.to).toBe(1);
  });

  it('mark the turn of each year', () => {
    const axis = axisOf([fold(0, ['2019-07-02', '2020-01-01', '2020-01-02', '2021-01-01'])]);
    expect(axis.years.map(({ year }) => year)).toEqual([2020, 2021]);
    expect(axis.years[1]?.at).toBe(1);
  });
});
