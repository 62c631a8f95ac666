import { type FunctionInfo, likeness, type NameInfo } from '@/lib/expression/words';

/** What ideas are made of comes first; sums and products everybody knows. */
const FAMILIES = ['time series', 'cross-section', 'group', 'events', 'elementwise'];

const place = (family: string): number => (FAMILIES.indexOf(family) + 99) % 99;

export function familiesOf(functions: FunctionInfo[]): string[] {
  return [...new Set(functions.map((one) => one.family))].toSorted((a, b) => place(a) - place(b));
}

/** Functions by name, other spelling, or a word of their meaning; the best names first. */
export function found(functions: FunctionInfo[], text: string): FunctionInfo[] {
  const wanted = text.trim();
  if (!wanted) {
    return functions.toSorted(
      (a, b) => place(a.family) - place(b.family) || a.name.localeCompare(b.name),
    );
  }
  const score = (one: FunctionInfo): number =>
    Math.max(
      ...[one.name, ...one.aliases].map((name) => likeness(name, wanted)),
      `${one.doc} ${one.nan_rule}`.toLowerCase().includes(wanted.toLowerCase()) ? 10 : 0,
    );
  return functions
    .map((one) => ({ one, score: score(one) }))
    .filter((row) => row.score >= 10)
    .sort((a, b) => b.score - a.score)
    .map((row) => row.one);
}

export function foundNames(names: NameInfo[], text: string): NameInfo[] {
  const wanted = text.trim().toLowerCase();
  return names.filter((one) => `${one.name} ${one.detail}`.toLowerCase().includes(wanted));
}
