import { describe, expect, it } from 'vitest';
import { closest, matrixOf, pairOf } from './correlations';

const found = {
  features: ['a', 'b', 'c'],
  matrix: [
    [1, -0.9, 0.2],
    [-0.9, 1, null],
    [0.2, null, 1],
  ],
};

describe('correlations', () => {
  it('stand with the first feature at the top left', () => {
    const { grid, points, names } = matrixOf(found);
    // The last line is drawn at the top.
    expect(names).toEqual(['c', 'b', 'a']);
    expect(grid.at(-1)).toEqual([1, -0.9, 0.2]);
    expect(new Set(points.flat()).size).toBe(9);
    expect(points[0]?.[0]).toBe(1);
  });

  it('tell the pair of a picked cell', () => {
    const { points } = matrixOf(found);
    const top = points.at(-1) ?? [];
    expect(pairOf(found, top[1] ?? 0)).toEqual({ one: 'a', other: 'b', value: -0.9 });
    expect(pairOf(found, points[0]?.[1] ?? 0)).toEqual({ one: 'c', other: 'b', value: null });
    expect(pairOf(found, 99)).toBeNull();
  });

  it('name each pair once, by size and not by sign', () => {
    expect(closest(found, 5)).toEqual([
      { one: 'a', other: 'b', value: -0.9 },
      { one: 'a', other: 'c', value: 0.2 },
    ]);
    expect(closest(found, 1)).toHaveLength(1);
    expect(closest({ features: [], matrix: [] }, 3)).toEqual([]);
  });
});
