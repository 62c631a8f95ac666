import { describe, expect, it } from 'vitest';
import type { Feature } from '@/lib/queries/features';
import { filtered, kindOf, sorted, sortOf, sortText, tagCounts } from './featureFilters';

const made = (name: string, expression: string, tags: string[], ic: number | null): Feature =>
  ({
    name,
    tags,
    description: `About ${name}`,
    owner: { id: name === 'vix' ? 'o2' : 'o1', name: 'O' },
    latest: {
      expression,
      canonical: expression,
      series: expression.includes('macro') ? ['VIX'] : [],
      groups: expression.includes('sector') ? ['sector'] : [],
      lookback: expression.length,
    },
    statistics: ic === null ? null : { rank_ic: ic },
  }) as unknown as Feature;
const features = [
  made('trend', 'ts_mean(close, 20) / close', ['momentum'], 0.02),
  made('vix', 'ts_delta(macro.VIX, 1)', ['macro', 'momentum'], -0.01),
  made('neutral', 'group_neutralize(close, sector)', [], null),
];
const names = (rows: Feature[]): string[] => rows.map((one) => one.name);

describe('the catalogue', () => {
  it('finds in names, descriptions and expressions, every word of it', () => {
    expect(names(filtered(features, { q: 'ts_ close' }))).toEqual(['trend']);
    expect(names(filtered(features, { q: 'ABOUT vix' }))).toEqual(['vix']);
    expect(names(filtered(features, { tags: 'momentum,macro' }))).toEqual(['vix']);
    expect(names(filtered(features, { owner: 'o1', kind: 'group' }))).toEqual(['neutral']);
    expect(names(filtered(features, {}))).toHaveLength(3);
  });

  it('says what a feature is computed from', () => {
    expect(features.map(kindOf)).toEqual(['price', 'macro', 'group']);
    expect(kindOf(made('pe', 'close / fundamentals.eps', [], null))).toBe('other');
  });

  it('counts tags and sorts with the unknown at the end', () => {
    expect(tagCounts(features)).toEqual([
      ['momentum', 2],
      ['macro', 1],
    ]);
    expect(names(sorted(features, sortOf('-rank_ic')))).toEqual(['trend', 'vix', 'neutral']);
    expect(names(sorted(features, sortOf('rank_ic')))).toEqual(['vix', 'trend', 'neutral']);
    expect(names(sorted(features, sortOf(undefined)))).toEqual(['neutral', 'trend', 'vix']);
    expect(sortText(sortOf('-rank_ic'))).toBe('-rank_ic');
  });
});
