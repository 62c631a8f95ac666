import { describe, expect, it } from 'vitest';
import type { FunctionInfo } from '@/lib/expression/words';
import { familiesOf, found, foundNames } from './language';

const made = (name: string, family: string, doc: string, aliases: string[] = []): FunctionInfo => ({
  name,
  aliases,
  family,
  signature: `${name}(x)`,
  parameters: [],
  returns: 'panel',
  doc,
  nan_rule: '',
  example: `${name}(close)`,
});
const functions = [
  made('abs', 'elementwise', 'Size without sign.'),
  made('ts_mean', 'time series', 'Mean of the window.', ['Mean']),
  made('rank', 'cross-section', 'Place among all.'),
  made('ts_std_dev', 'time series', 'Spread around the mean.'),
];

describe('the reference', () => {
  it('orders families by what ideas are made of', () => {
    expect(familiesOf(functions)).toEqual(['time series', 'cross-section', 'elementwise']);
    expect(found(functions, '').map((one) => one.name)).toEqual([
      'ts_mean',
      'ts_std_dev',
      'rank',
      'abs',
    ]);
  });

  it('finds by spelling first, then by meaning', () => {
    expect(found(functions, 'mean').map((one) => one.name)).toEqual(['ts_mean', 'ts_std_dev']);
    expect(found(functions, 'nothing so')).toEqual([]);
    const names = [{ name: 'macro.VIX', kind: 'series', detail: 'Rates', description: '' }];
    expect(foundNames(names, 'vix')).toHaveLength(1);
    expect(foundNames(names, 'cpi')).toHaveLength(0);
  });
});
