import { describe, expect, it } from 'vitest';
import { DEFAULTS, isReady, nameOf, ofSpec, requestOf, specOf } from './draft';

const given = { universe: 'u', question: null, name: 'idea' };

describe('a draft', () => {
  it('asks for the expression it ranks by, with costs by default', () => {
    const request = requestOf({ ...DEFAULTS, score: ' rank(close) ' }, given);
    expect(request.strategy).toMatchObject({ kind: 'ranked', score: 'rank(close)', top: 6 });
    expect(request.settings).toMatchObject({ commission_bps: 5, half_spread_bps: 5 });
    expect(request).not.toHaveProperty('question');
  });
  it('leaves a span open that nobody limited', () => {
    expect(requestOf(DEFAULTS, given).settings).toMatchObject({ start: null, end: null });
  });
  it('is not ready without an expression or without a position', () => {
    expect(isReady(DEFAULTS)).toBe(false);
    expect(isReady({ ...DEFAULTS, score: 'close', top: 0, bottom: 0 })).toBe(false);
    expect(isReady({ ...DEFAULTS, kind: 'equal_weight' })).toBe(true);
  });
  it('comes back from a rule of the API as it was', () => {
    const spec = { kind: 'rule', entries: 'close > open', exits: null, weight: null };
    expect(specOf({ ...DEFAULTS, ...ofSpec(spec) })).toEqual({
      kind: 'rule',
      entries: 'close > open',
      exits: null,
    });
  });
  it('is named after what it does', () => {
    expect(nameOf({ ...DEFAULTS, score: 'x'.repeat(80) }, undefined)).toHaveLength(58);
  });
});
