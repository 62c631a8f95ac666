import { describe, expect, it } from 'vitest';
import { benchmarkOf, DEFAULTS, isReady, nameOf, ofSpec, requestOf, specOf } from './draft';
import { EXAMPLES, exampleOf } from './examples';

const given = { universe: 'u', question: null, name: 'idea', benchmark: null };

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
  it('sends a model in place of an expression', () => {
    const model = { id: 'm', name: 'Ranker v1' };
    const request = requestOf({ ...DEFAULTS, score: 'close', model }, given);
    expect(request.model_version).toBe('m');
    expect(request.strategy).toMatchObject({ score: null });
    expect(isReady({ ...DEFAULTS, model })).toBe(true);
  });
  it('names datasets only where the reader chose them', () => {
    expect(requestOf(DEFAULTS, given)).not.toHaveProperty('actions');
    expect(requestOf({ ...DEFAULTS, actions: 'a', bars: 'b' }, given)).toMatchObject({
      actions: 'a',
      bars: 'b',
    });
  });
  it('stands beside the index of its market unless told otherwise', () => {
    const known = ['ARCX:SPY', 'XNYS:GE'];
    expect(benchmarkOf(DEFAULTS, ['XNYS:GE'], known)).toBe('ARCX:SPY');
    expect(benchmarkOf(DEFAULTS, ['GDAX:BTCUSD'], known)).toBeNull();
    expect(benchmarkOf(DEFAULTS, ['XNYS:GE'], ['XNYS:GE'])).toBeNull();
    expect(benchmarkOf({ ...DEFAULTS, benchmark: '' }, ['XNYS:GE'], known)).toBeNull();
  });
  it('knows an example until it is changed', () => {
    const example = EXAMPLES[0];
    const draft = { ...DEFAULTS, ...example?.draft };
    expect(exampleOf(draft)).toBe(example?.key);
    expect(exampleOf({ ...draft, top: 3 })).toBeUndefined();
  });
  it('is named after what it does', () => {
    expect(nameOf({ ...DEFAULTS, score: 'x'.repeat(80) }, undefined)).toHaveLength(58);
  });
});
