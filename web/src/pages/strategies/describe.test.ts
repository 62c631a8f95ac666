import { i18n } from '@lingui/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeConstruction, describeSpec } from './describe';

beforeAll(() => i18n.loadAndActivate({ locale: 'en', messages: {} }));

describe('a specification in words', () => {
  it('says what each kind does', () => {
    const said = (spec: Record<string, unknown>): string => describeSpec(i18n, spec);
    expect(said({ kind: 'risk_parity', window: 252, rebalance: 'monthly' })).toContain('252');
    expect(said({ kind: 'pairs', count: 5, enter: 2, exit: 0.5, window: 60 })).toContain('2 σ');
    expect(said({ kind: 'pairs', first: 'A', second: 'B', enter: 2, exit: 0 })).toContain(
      'A and B',
    );
    const all = { kind: 'ranked', score: 'close', top: 0, bottom: 0, rebalance: 'daily' };
    expect(said(all)).toContain('everything by close');
  });
  it('says what is done to the weights, and nothing that is not', () => {
    const plain = { kind: 'ranked', decay: 0, neutralise: 'none', truncation: null, buffer: 0 };
    expect(describeConstruction(i18n, plain)).toEqual([]);
    const rule = { kind: 'rule', stop_loss: 2, distance: 'atr', sizing: 'risk', risk: 0.01 };
    expect(describeConstruction(i18n, rule)).toEqual(['Stop at 2 ATR', 'Risks 1.0% each']);
    expect(describeConstruction(i18n, { kind: 'rule', stop_loss: null })).toEqual([]);
    const changed = { ...plain, decay: 5, neutralise: 'sector', truncation: 0.1, buffer: 3 };
    expect(describeConstruction(i18n, changed)).toHaveLength(4);
  });
});
