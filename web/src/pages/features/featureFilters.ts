import type { Sort } from '@/components/DataTable';
import type { Feature } from '@/lib/queries/features';

/** What a feature is computed from. */
export type FeatureKind = 'price' | 'macro' | 'group' | 'other';

/** What the catalogue's URL holds. */
export type Filters = {
  q?: string | undefined;
  tags?: string | undefined;
  owner?: string | undefined;
  kind?: FeatureKind | undefined;
  retired?: boolean | undefined;
  sort?: string | undefined;
};

export const tagsOf = (filters: Filters): string[] =>
  filters.tags?.split(',').filter(Boolean) ?? [];

export const isFiltered = ({ q, tags, owner, kind }: Filters): boolean =>
  Boolean(q || tags || owner || kind);

/** Every tag with the number of features that have it, the commonest first. */
export function tagCounts(features: Feature[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const tag of features.flatMap((one) => one.tags)) {
    counts.set(tag, (counts.get(tag) ?? 0) + 1);
  }
  return [...counts].sort(([a, n], [b, m]) => m - n || a.localeCompare(b));
}

export function kindOf({ latest }: Feature): FeatureKind {
  if (latest.series.length > 0) return 'macro';
  if (latest.groups.length > 0) return 'group';
  return latest.canonical.match(/\b(fundamentals|membership|news|sentiment)\./) ? 'other' : 'price';
}

export function filtered(features: Feature[], filters: Filters): Feature[] {
  const words = (filters.q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const tags = tagsOf(filters);
  return features.filter((one) => {
    const text = `${one.name} ${one.description} ${one.latest.expression}`.toLowerCase();
    return (
      words.every((word) => text.includes(word)) &&
      tags.every((tag) => one.tags.includes(tag)) &&
      (!filters.owner || one.owner.id === filters.owner) &&
      (!filters.kind || kindOf(one) === filters.kind)
    );
  });
}

export const sortOf = (text: string | undefined): Sort =>
  text
    ? { key: text.replace(/^-/, ''), descending: text.startsWith('-') }
    : { key: 'name', descending: false };

export const sortText = ({ key, descending }: Sort): string => (descending ? `-${key}` : key);

const VALUES: Record<string, (one: Feature) => string | number | null | undefined> = {
  name: (one) => one.name,
  coverage: (one) => one.statistics?.coverage,
  rank_ic: (one) => one.statistics?.rank_ic,
  turnover: (one) => one.statistics?.turnover,
  autocorrelation: (one) => one.statistics?.autocorrelation,
  lookback: (one) => one.latest.lookback,
  sets: (one) => one.sets,
};

/** By one column, names by names; what is not known stands at the end either way. */
export function sorted(features: Feature[], { key, descending }: Sort): Feature[] {
  const value = VALUES[key] ?? VALUES.name;
  if (!value) return features;
  const sign = descending ? -1 : 1;
  return features.toSorted((a, b) => {
    const [x, y] = [value(a) ?? null, value(b) ?? null];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    const order = typeof x === 'string' ? x.localeCompare(String(y)) : x - Number(y);
    return sign * order || a.name.localeCompare(b.name);
  });
}
