/** A matrix of correlations as a heat map draws it, and its nearest pairs. Pure. */
import { cellOf, type Grid } from '@/charts/heat';
import type { Correlations } from '@/lib/queries/features';

type Matrix = Pick<Correlations, 'features' | 'matrix'>;
export type Pair = { one: string; other: string; value: number | null };

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
  const size = (pair: Pair): number => Math.abs(pair.value ?? 0);
  return pairs.toSorted((a, b) => size(b) - size(a)).slice(0, most);
}

/** The pair of a cell that was picked; null where there is none. */
export function pairOf(found: Matrix, n: number): Pair | null {
  const { grid, points, names } = matrixOf(found);
  const cell = cellOf(points, n);
  const one = cell && names[cell.row];
  const other = cell && found.features?.[cell.column];
  return one && other ? { one, other, value: grid[cell.row]?.[cell.column] ?? null } : null;
}
