import { describe, expect, it } from 'vitest';
import { diff, parts } from './diff';

const joined = (found: ReturnType<typeof diff>, without: 'gone' | 'new'): string =>
  found
    .filter((part) => part.kind !== without)
    .map((part) => part.text)
    .join('');

describe('diff of expressions', () => {
  it('loses nothing when parts are joined again', () => {
    const text = 'ts_mean(macro.VIX, 20) ** 2 >= $close / 1.5e-3';
    expect(parts(text).join('')).toBe(text);
    expect(parts(text)).toContain('macro.VIX');
    expect(parts(text)).toContain('1.5e-3');
  });

  it('marks the number that changed and nothing else', () => {
    expect(diff('ts_mean(close, 20)', 'ts_mean(close, 60)')).toEqual([
      { text: 'ts_mean(close, ', kind: 'same' },
      { text: '20', kind: 'gone' },
      { text: '60', kind: 'new' },
      { text: ')', kind: 'same' },
    ]);
  });

  it('gives back both texts', () => {
    const [before, after] = ['rank(close) - rank(volume)', 'rank(volume) / ts_std_dev(close, 5)'];
    expect(joined(diff(before, after), 'new')).toBe(before);
    expect(joined(diff(before, after), 'gone')).toBe(after);
    expect(diff('', 'close')).toEqual([{ text: 'close', kind: 'new' }]);
    expect(diff('close', 'close')).toEqual([{ text: 'close', kind: 'same' }]);
  });
});
