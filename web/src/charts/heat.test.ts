import { describe, expect, it } from 'vitest';
import { cellOf, nextCell, scaleOf, ticks } from './heat';

describe('the scale', () => {
  it('has its middle at holding and the same reach on both sides', () => {
    const scale = scaleOf([[0, 1, 2, 3]], 1);
    expect(scale.strength(1)).toBe(0);
    expect(scale.strength(3)).toBe(1);
    expect(scale.strength(0)).toBe(-0.5);
  });
  it('turns round where less is better', () => {
    expect(scaleOf([[0.1, 0.2, 0.3]], 0.2, true).strength(0.1)).toBe(1);
  });
  it('is not stretched by one wild cell', () => {
    const grid = [Array.from({ length: 200 }, (_, n) => n / 200).concat(1000)];
    expect(scaleOf(grid, null).high).toBeLessThan(1);
  });
  it('says nothing of a grid without numbers', () => {
    expect(scaleOf([[null]], null).strength(5)).toBe(0);
  });
});

describe('ticks', () => {
  it('leaves room for labels', () => {
    expect(ticks(5, 500, 40)).toEqual([0, 1, 2, 3, 4]);
    expect(ticks(80, 400, 40)).toEqual([0, 10, 20, 30, 40, 50, 60, 70]);
  });
});

describe('cells', () => {
  const points = [
    [1, null, 2],
    [null, null, 3],
  ];
  it('are found by their combination', () => {
    expect(cellOf(points, 3)).toEqual({ row: 1, column: 2 });
    expect(cellOf(points, 9)).toBeNull();
  });
  it('are walked over gaps, and not beyond the edge', () => {
    const first = { row: 0, column: 0 };
    expect(nextCell(points, first, { row: 0, column: 1 })).toEqual({ row: 0, column: 2 });
    expect(nextCell(points, first, { row: 1, column: 0 })).toEqual(first);
  });
});
