import { describe, expect, it } from 'vitest';
import {
  type FunctionInfo,
  fitting,
  functionNamed,
  likeness,
  signatureParts,
  wordsOf,
} from '@/lib/expression/words';

const made = (name: string, aliases: string[] = []): FunctionInfo => ({
  name,
  aliases,
  family: 'time series',
  signature: `${name}(x, d)`,
  parameters: [
    { name: 'x', takes: 'values', default: null },
    { name: 'd', takes: 'window', default: 20 },
  ],
  returns: 'panel',
  doc: `Doc of ${name}.`,
  nan_rule: '',
  example: `${name}(close, 5)`,
});
const functions = [made('ts_mean', ['Mean', 'mean']), made('ts_median'), made('rank'), made('mad')];
const words = wordsOf({
  functions,
  names: [
    { name: 'close', kind: 'field', detail: 'bars', description: '' },
    { name: 'macro.VIX', kind: 'series', detail: 'Macro', description: '' },
  ],
});

describe('fitting', () => {
  it('puts beginnings before parts, and parts before letters', () => {
    const found = fitting(words, 'me').map((one) => one.text);
    expect(found[0]?.toLowerCase()).toBe('mean');
    expect(found).toContain('ts_median');
    expect(found).not.toContain('rank');
    expect(fitting(words, 'tsmn').map((one) => one.text)).toContain('ts_mean');
    expect(fitting(words, 'vix').map((one) => one.text)).toEqual(['macro.VIX']);
    expect(fitting(words, '$clo').map((one) => one.text)).toEqual(['close']);
  });

  it('offers a function once, by the spelling that fits best', () => {
    const found = fitting(words, 'mean').filter((one) => one.of?.name === 'ts_mean');
    expect(found).toHaveLength(1);
    expect(likeness('close', 'zzz')).toBe(0);
  });
});

describe('signatures', () => {
  it('marks the argument by place or by name', () => {
    const active = (argument: number, named: string | null): string =>
      signatureParts(functions[0] as FunctionInfo, argument, named)
        .filter((part) => part.active)
        .map((part) => part.text)
        .join();
    expect(active(0, null)).toBe('x');
    expect(active(0, 'd')).toBe('d=20');
    expect(active(7, null)).toBe('');
    expect(functionNamed(functions, 'Mean')?.name).toBe('ts_mean');
  });
});
