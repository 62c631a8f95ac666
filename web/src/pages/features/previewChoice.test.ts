import { describe, expect, it } from 'vitest';
import { figure, instrumentsOf, toggled } from './previewChoice';

describe('a preview', () => {
  it('shows up to five instruments, and at least one', () => {
    expect(instrumentsOf({})).toBeNull();
    expect(instrumentsOf({ on: 'a,b' })).toEqual(['a', 'b']);
    expect(toggled(['a', 'b'], 'c')).toBe('a,b,c');
    expect(toggled(['a', 'b'], 'a')).toBe('b');
    expect(toggled(['a'], 'a')).toBe('a');
    expect(toggled(['a', 'b', 'c', 'd', 'e'], 'f')).toBe('b,c,d,e,f');
  });

  it('writes values with the decimals they deserve', () => {
    expect([12345.6, 12.345, 0.012346, -0.5, 0, 1.23e-7, null].map(figure)).toEqual([
      '12,346',
      '12.35',
      '0.01235',
      '−0.5',
      '0',
      '1.23e−7',
      '–',
    ]);
  });
});
