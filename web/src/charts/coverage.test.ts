import { describe, expect, it } from 'vitest';
import { coverageShares, monthRange, yearTicks } from '@/charts/coverage';

const coverage = {
  months: ['2019-12', '2020-01', '2020-02', '2020-03'],
  items: [
    { entity: 'A', counts: [20, 20, 20, 20] },
    { entity: 'B', counts: [0, 10, 0, 20] },
  ],
};

describe('coverageShares', () => {
  it('compares with the fullest row of the month', () => {
    expect(coverageShares(coverage)[1]?.[1]).toBe(0.5);
  });
  it('tells a hole from the time before the first row', () => {
    const [, late] = coverageShares(coverage);
    expect(late?.[0]).toBeNull();
    expect(late?.[2]).toBe(0);
  });
});

it('yearTicks stand at each January', () => {
  expect(yearTicks(coverage.months)).toEqual([{ index: 1, year: '2020' }]);
});

it('monthRange spans the whole month', () => {
  const { from, to } = monthRange('2020-02');
  expect(new Date(from * 1000).toISOString()).toBe('2020-02-01T00:00:00.000Z');
  expect(new Date(to * 1000).toISOString()).toBe('2020-02-29T23:59:00.000Z');
});
