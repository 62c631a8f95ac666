import type { Sweep } from '@/lib/queries/sweeps';

/** What every card of the page is given: the sweep, the chosen combination, and how to choose another. */
export type Chosen = { sweep: Sweep; point: number; onPick: (n: number) => void };

/** The two parameters of a surface: as chosen, else the first two. */
export function axesOf(
  sweep: Sweep,
  search: { x?: string | undefined; y?: string | undefined },
): { x: string; y: string | undefined } {
  const names = Object.keys(sweep.spec.parameters);
  const first = names[0] ?? '';
  const x = search.x && names.includes(search.x) ? search.x : first;
  const wanted = search.y && names.includes(search.y) && search.y !== x ? search.y : undefined;
  return { x, y: wanted ?? names.find((name) => name !== x) };
}

/** A combination in few words: "fast 20, slow 200". */
export const said = (values: Record<string, number>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
