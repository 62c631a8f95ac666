import { describe, expect, it } from 'vitest';
import { callAt, fixOf, mended, tokens, wordAt } from '@/lib/expression/text';

const kinds = (text: string): string =>
  tokens(text)
    .filter((one) => one.kind !== 'space')
    .map((one) => `${one.kind}:${one.text}`)
    .join(' ');

describe('tokens', () => {
  it('tells calls from names, and keeps dotted names and dollars whole', () => {
    expect(kinds('Mean($close, 20) / macro.VIX')).toBe(
      'call:Mean bracket:( word:$close bracket:, number:20 bracket:) operator:/ word:macro.VIX',
    );
    expect(kinds('a <= 1e-3 and not b ** 2')).toBe(
      'word:a operator:<= number:1e-3 operator:and operator:not word:b operator:** number:2',
    );
    expect(kinds('quantile(x, "gaussian")')).toContain('text:"gaussian"');
  });

  it('leaves no character out, whatever stands there', () => {
    for (const text of ['', '§§ ((', '"open', 'a..b', '１２', 'łąka(ż)', '\n\t$', '😀+1']) {
      expect(
        tokens(text)
          .map((one) => one.text)
          .join(''),
      ).toBe(text);
    }
  });
});

describe('callAt', () => {
  const text = 'rank(ts_corr(close, (volume + 1), 20) + bucket(x, range="0, 1"))';
  it('finds the innermost call and the argument', () => {
    expect(callAt(text, text.indexOf('20'))).toMatchObject({ name: 'ts_corr', argument: 2 });
    expect(callAt(text, text.indexOf('volume'))).toMatchObject({ name: 'ts_corr', argument: 1 });
    expect(callAt(text, text.indexOf(' + bucket'))).toMatchObject({ name: 'rank', argument: 0 });
    expect(callAt(text, text.indexOf('1"'))).toMatchObject({ name: 'bucket', named: 'range' });
    expect(callAt(text, 2)).toBeNull();
    expect(callAt(text, text.length)).toBeNull();
  });
});

describe('wordAt', () => {
  it('gives the word under the cursor, with its dots', () => {
    expect(wordAt('1 + macro.vi', 12)?.text).toBe('macro.vi');
    expect(wordAt('1 + macro.', 10)?.text).toBe('macro.');
    expect(wordAt('1 + 2', 5)).toBeNull();
  });
});

describe('fixOf', () => {
  it('replaces the place by what was meant', () => {
    const text = 'close + ts_men(close, 5)';
    const fix = fixOf({ position: 8, length: 6, suggestion: 'Did you mean ts_mean?' }, text);
    expect(fix && mended(text, fix)).toBe('close + ts_mean(close, 5)');
    const ahead = 'Ref(close, -3)';
    const past = fixOf({ position: 11, length: 2, suggestion: 'Write 3 for the past.' }, ahead);
    expect(past && mended(ahead, past)).toBe('Ref(close, 3)');
    expect(fixOf({ position: 0, length: 1, suggestion: 'For example close.' }, text)).toBeNull();
  });
});
