import { i18n } from '@lingui/core';
import { describe, expect, it } from 'vitest';
import type { Backtest } from '@/lib/queries/backtests';
import {
  benchmarkOf,
  DEFAULTS,
  type Draft,
  isReady,
  nameOf,
  ofBacktest,
  ofSpec,
  requestOf,
  specOf,
  withSpec,
} from './draft';
import { EXAMPLES, exampleOf, take } from './examples';
import { changed, readPairs, written } from './parameter';
import { ALL, PRESETS, presetOf, presetValues, DEFAULTS as SETTINGS } from './settingsParameters';
import { contradictions, FORMS, KINDS, USUAL } from './strategyParameters';

const given = { universe: 'u', question: null, name: 'idea', benchmark: null };
const scored = (score: string): Draft => withSpec(DEFAULTS, { score });

describe('a draft', () => {
  it('asks for the expression it ranks by, with costs by default', () => {
    const request = requestOf(scored(' rank(close) '), given);
    expect(request.strategy).toMatchObject({ kind: 'ranked', score: 'rank(close)', top: 6 });
    expect(request.settings).toMatchObject({ commission_bps: 5, half_spread_bps: 5 });
    expect(request).not.toHaveProperty('question');
  });
  it('leaves a span open that nobody limited', () => {
    expect(requestOf(DEFAULTS, given).settings).toMatchObject({ start: null, end: null });
  });
  it('is not ready without an expression or without a position', () => {
    expect(isReady(DEFAULTS)).toBe(false);
    expect(isReady(withSpec(scored('close'), { top: 0 }))).toBe(false);
    expect(isReady({ ...DEFAULTS, kind: 'equal_weight' })).toBe(true);
    const backwards = { ...SETTINGS, start: '2020-01-02', end: '2020-01-01' };
    expect(isReady({ ...scored('close'), settings: backwards })).toBe(false);
  });
  it('comes back from a rule of the API as it was', () => {
    const spec = { ...USUAL.rule, kind: 'rule', entries: 'close > open' };
    expect(specOf(ofSpec(DEFAULTS, spec))).toEqual(spec);
  });
  it('keeps what was typed into another kind', () => {
    const there = { ...scored('close'), kind: 'pairs' as const };
    expect(specOf(there)).toMatchObject({ kind: 'pairs', enter: 2 });
    expect(specOf({ ...there, kind: 'ranked' })).toMatchObject({ score: 'close' });
  });
  it('sends a model in place of an expression', () => {
    const model = { id: 'm', name: 'Ranker v1' };
    const request = requestOf({ ...scored('close'), model }, given);
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
  it('takes every setting of an earlier backtest over', () => {
    const settings = { ...SETTINGS, leverage: 2, slippage: 'fixed', benchmark: 'ARCX:SPY' };
    const made_from = { data: [{ role: 'bars', dataset_id: 'b' }], model: null };
    const strategy = { spec: { kind: 'risk_parity', window: 60 } };
    const draft = ofBacktest(DEFAULTS, { settings, made_from, strategy } as unknown as Backtest);
    expect(requestOf(draft, { ...given, benchmark: draft.benchmark }).settings).toEqual(settings);
    expect(specOf(draft)).toEqual({ ...USUAL.risk_parity, kind: 'risk_parity', window: 60 });
    expect(draft.bars).toBe('b');
  });
  it('stands beside the index of its market unless told otherwise', () => {
    const known = ['ARCX:SPY', 'XNYS:GE'];
    expect(benchmarkOf(DEFAULTS, ['XNYS:GE'], known)).toBe('ARCX:SPY');
    expect(benchmarkOf(DEFAULTS, ['GDAX:BTCUSD'], known)).toBeNull();
    expect(benchmarkOf(DEFAULTS, ['XNYS:GE'], ['XNYS:GE'])).toBeNull();
    expect(benchmarkOf({ ...DEFAULTS, benchmark: '' }, ['XNYS:GE'], known)).toBeNull();
  });
  it('knows an example until it is changed', () => {
    for (const example of EXAMPLES) {
      const draft = take(DEFAULTS, example);
      expect(exampleOf(draft)).toBe(example.key);
      expect(exampleOf(withSpec(draft, { score: 'x', entries: 'x' }))).toBeUndefined();
    }
  });
  it('is named after what it does', () => {
    expect(nameOf(scored('x'.repeat(80)), undefined)).toHaveLength(58);
    expect(nameOf({ ...DEFAULTS, kind: 'pairs' }, undefined)).toBe('Pairs');
  });
});

describe('parameters', () => {
  it('are all there, each once, with a usual value', () => {
    for (const kind of KINDS) {
      const all = [...FORMS[kind].idea, ...FORMS[kind].more].map((one) => one.name);
      const names = [...new Set(all)];
      expect(names.toSorted()).toEqual(Object.keys(USUAL[kind]).toSorted());
    }
    const outside = ['start', 'end', 'initial_cash', 'sectors', 'benchmark', 'seed'];
    const names = [...outside, ...ALL.map((one) => one.name)];
    expect(names.toSorted()).toEqual(Object.keys(SETTINGS).toSorted());
  });
  it('differ where the value does', () => {
    const mine = { ...SETTINGS, delay: 2, cash_flows: [] };
    expect(changed(ALL, mine, SETTINGS).map((one) => one.name)).toEqual(['delay']);
  });
  it('are written with their unit', () => {
    i18n.loadAndActivate({ locale: 'en', messages: {} });
    const fee = ALL.find((one) => one.name === 'borrow_fee');
    expect(fee && written(i18n, fee, 0.035)).toMatch(/^3\.5 /);
  });
  it('are read from lines', () => {
    expect(readPairs('XNYS:GE 0.02\n\nXNYS:F 0.1')).toEqual([
      ['XNYS:GE', 0.02],
      ['XNYS:F', 0.1],
    ]);
    expect(readPairs('XNYS:GE')).toBeNull();
    expect(readPairs('XNYS:GE x')).toBeNull();
  });
  it('say what contradicts', () => {
    expect(contradictions('pairs', { ...USUAL.pairs, exit: 3 })).toHaveProperty('exit');
    expect(contradictions('pairs', { ...USUAL.pairs, first: 'A' })).toHaveProperty('second');
    expect(contradictions('ranked', { ...USUAL.ranked, top: 0 })).toHaveProperty('top');
    expect(contradictions('rule', { ...USUAL.rule, sizing: 'risk' })).toHaveProperty('sizing');
    expect(contradictions('rule', { ...USUAL.rule, stop_loss: 2 })).toHaveProperty('stop_loss');
    expect(contradictions('ranked', { ...USUAL.ranked, top: 0, weighting: 'score' })).toEqual({});
  });
});

describe('presets', () => {
  it('are known again, and leave nothing of each other', () => {
    for (const first of PRESETS) {
      for (const preset of PRESETS) {
        const settings = { ...SETTINGS, ...presetValues(first), ...presetValues(preset) };
        expect(presetOf(settings)).toBe(preset.key);
      }
    }
    expect(presetOf(SETTINGS)).toBeUndefined();
  });
});
