/** What a heat map shows of a grid of numbers: colours around a middle, ticks that fit. Pure. */

export type Grid = (number | null)[][];

export type Scale = {
  low: number;
  high: number;
  middle: number;
  /** −1 (as bad as it gets) to 1 (as good); the middle is 0. */
  strength: (value: number) => number;
};

/**
 * A scale that is not stretched by a few wild cells: the ends are the 2nd and 98th percentile.
 * With a middle both sides are coloured; without one everything lies above zero strength.
 */
export function scaleOf(grid: Grid, middle: number | null, lessIsBetter = false): Scale {
  const known = grid
    .flat()
    .filter((value): value is number => value !== null)
    .toSorted((a, b) => a - b);
  const at = (share: number): number =>
    known[Math.min(known.length - 1, Math.round(share * (known.length - 1)))] ?? 0;
  const low = at(0.02);
  const high = at(0.98);
  const centre = middle ?? low;
  const up = Math.max(high - centre, 0);
  const down = Math.max(centre - low, 0);
  const reach = middle === null ? up : Math.max(up, down);
  const sign = lessIsBetter ? -1 : 1;
  const strength = (value: number): number =>
    reach > 0 ? sign * Math.max(-1, Math.min(1, (value - centre) / reach)) : 0;
  return { low, high, middle: centre, strength };
}

/** Places of labels along an axis so that none touches the next: round steps from the first on. */
export function ticks(count: number, pixels: number, room: number): number[] {
  if (count === 0) return [];
  const most = Math.max(1, Math.floor(pixels / room));
  const step = [1, 2, 4, 5, 10, 20, 25, 50, 100].find((one) => count / one <= most) ?? count;
  return Array.from({ length: Math.ceil(count / step) }, (_, n) => n * step);
}

/** The cell that holds a combination. */
export function cellOf(points: Grid, n: number): { row: number; column: number } | null {
  for (const [row, line] of points.entries()) {
    const column = line.indexOf(n);
    if (column >= 0) return { row, column };
  }
  return null;
}

/** The next cell with a combination in a direction, stepping over what was not tried. */
export function nextCell(
  points: Grid,
  from: { row: number; column: number },
  step: { row: number; column: number },
): { row: number; column: number } {
  let { row, column } = from;
  for (;;) {
    row += step.row;
    column += step.column;
    const line = points[row];
    if (!line || column < 0 || column >= line.length) return from;
    if (line[column] !== null) return { row, column };
  }
}
