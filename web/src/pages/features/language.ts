import { type FunctionInfo, familyPlace, likeness, type NameInfo } from '@/lib/expression/words';

export function familiesOf(functions: FunctionInfo[]): string[] {
  return [...new Set(functions.map((one) => one.family))].toSorted(
    (a, b) => familyPlace(a) - familyPlace(b),
  );
}

/** Functions by name, other spelling, or a word of their meaning; the best names first. */
export function found(functions: FunctionInfo[], text: string): FunctionInfo[] {
  const wanted = text.trim();
  if (!wanted) {
    return functions.toSorted(
      (a, b) => familyPlace(a.family) - familyPlace(b.family) || a.name.localeCompare(b.name),
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
