import { afterEach, describe, expect, it } from 'vitest';
import {
  formatAgo,
  formatBasisPoints,
  formatCompact,
  formatDuration,
  formatInteger,
  formatInterval,
  formatNumber,
  formatPercent,
  formatSignedPercent,
  setFormatLocale,
  shortDigest,
} from '@/lib/format';

afterEach(() => setFormatLocale('en'));

describe('numbers', () => {
  it('carry a true minus and always a sign where one is asked for', () => {
    expect(formatSignedPercent(-0.1345)).toBe('−13.45%');
    expect(formatSignedPercent(0.1177)).toBe('+11.77%');
  });
  it('have no sign when they round to zero', () => {
    expect(formatSignedPercent(-0.00001)).toBe('0.00%');
    expect(formatNumber(-0.001)).toBe('0.00');
  });
  it('are a dash when not known', () => {
    for (const value of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(formatNumber(value)).toBe('–');
      expect(formatPercent(value)).toBe('–');
    }
  });
  it('group thousands, in Polish from four digits too', () => {
    expect(formatInteger(100_000)).toBe('100,000');
    setFormatLocale('pl');
    expect(formatNumber(4797.56)).toBe('4\u00a0797,56');
  });
  it('are written short where there is little room', () => {
    expect(formatCompact(8912)).toBe('8.9K');
    expect(formatBasisPoints(0.001)).toBe('10 bp');
    expect(formatInterval(0.69, 1.84)).toBe('0.69 – 1.84');
  });
});

describe('times', () => {
  it.each([
    [0.021, '21 ms'],
    [41.8, '41.8 s'],
    [192, '3 min 12 s'],
    [7500, '2 h 5 min'],
  ])('%d seconds is %s', (value, text) => expect(formatDuration(value)).toBe(text));
  it('says how long ago', () => {
    expect(formatAgo('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:03:00Z'))).toMatch(/^3 min/);
  });
});

it('digests are cut', () => expect(shortDigest('sha256:4e1c9ab012345')).toBe('4e1c9ab0'));
