/** A matrix of correlations as a heat map draws it, and its nearest pairs. Pure. */
import type { Grid } from '@/charts/heat';
import type { Correlations } from '@/lib/queries/features';

type Matrix = Pick<Correlations, 'features' | 'matrix'>;
export type Pair = { one: string; other: string; value: number };

/**
 * Rows come from the bottom up, so that the first feature stands at the top left.
 * Cells are numbered from 1, as a heat map picks them.
 */
export function matrixOf(found: Matrix): { grid: Grid; points: Grid; names: string[] } {
  const names = (found.features ?? []).toReversed();
  const size = names.length;
  const grid = (found.matrix ?? []).toReversed().map((line) => [...line]);
  const points = grid.map((line, row) => line.map((_, column) => row * size + column + 1));
  return { grid, points, names };
}

/** Each pair once, the most alike first, whatever the sign. */
export function closest(found: Matrix, most: number): Pair[] {
  const names = found.features ?? [];
  const pairs: Pair[] = [];
  (found.matrix ?? []).forEach((line, i) => {
    line.slice(0, i).forEach((value, j) => {
      const [one, other] = [names[j], names[i]];
      if (value !== null && one && other) pairs.push({ one, other, value });
    });
  });
  return pairs.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, most);
}
