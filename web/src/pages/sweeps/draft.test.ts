import { describe, expect, it } from 'vitest';
import type { Sweep } from '@/lib/queries/sweeps';
import {
  checkOf,
  DEFAULTS,
  NO_EXIT,
  namesOf,
  ofSweep,
  requestOf,
  rowFrom,
  templateOf,
  valuesOf,
} from './draft';

const list = (text: string) => ({ mode: 'list' as const, from: 0, to: 0, step: 1, list: text });

describe('the form of a sweep', () => {
  it('starts with 4,000 pairs of means', () => {
    const asked = checkOf(DEFAULTS, undefined);
    expect(Object.keys(asked?.parameters ?? {})).toEqual(['fast', 'slow']);
    expect((asked?.parameters.fast?.length ?? 0) * (asked?.parameters.slow?.length ?? 0)).toBe(
      4000,
    );
  });
  it('finds parameters in the template, and takes no field for one', () => {
    const draft = { ...DEFAULTS, entries: 'Mean($close, $n) > $low and $n > 1', exits: '$m' };
    expect(namesOf(draft)).toEqual(['n', 'm']);
  });
  it('writes out ranges without dust and lists without doubles', () => {
    expect(valuesOf({ mode: 'range', from: 0.1, to: 0.3, step: 0.1, list: '' })).toEqual([
      0.1, 0.2, 0.3,
    ]);
    expect(valuesOf(list('5, 10 10;20'))).toEqual([5, 10, 20]);
    expect(valuesOf(list('5, x'))).toEqual([]);
    expect(valuesOf({ mode: 'range', from: 1, to: 5, step: 0, list: '' })).toEqual([]);
  });
  it('asks nothing while something is missing', () => {
    expect(checkOf({ ...DEFAULTS, entries: '' }, undefined)).toBeNull();
    expect(checkOf({ ...DEFAULTS, rows: { fast: list('') } }, undefined)).toBeNull();
  });
  it('keeps numbers of a ranked template numbers, and parameters names', () => {
    const draft = { ...DEFAULTS, kind: 'ranked' as const, score: 'x', top: '$top', bottom: '2' };
    expect(templateOf(draft)).toMatchObject({ top: '$top', bottom: 2 });
  });
  it('writes stops as numbers or parameters, and leaves out what is empty', () => {
    const exit = { ...NO_EXIT, stop_loss: '$stop', take_profit: '0.1', distance: 'atr' as const };
    const draft = { ...DEFAULTS, exit };
    expect(namesOf(draft)).toEqual(['fast', 'slow', 'stop']);
    expect(templateOf(draft)).toEqual({
      kind: 'rule',
      entries: DEFAULTS.entries,
      exits: null,
      stop_loss: '$stop',
      take_profit: 0.1,
      distance: 'atr',
    });
    expect(templateOf(DEFAULTS)).not.toHaveProperty('distance');
  });
  it('asks for a count, a seed and an objective only where they mean something', () => {
    const guided = { ...DEFAULTS, search: 'optuna' as const, count: 50, seed: 7 };
    expect(checkOf({ ...guided, objective: 'calmar' }, undefined)).toMatchObject({
      search: 'optuna',
      count: 50,
      seed: 7,
      objective: 'calmar',
    });
    const drawn = checkOf({ ...guided, search: 'random', objective: 'calmar' }, undefined);
    expect(drawn).toMatchObject({ search: 'random', count: 50, objective: 'sharpe' });
    expect(checkOf({ ...guided, search: 'grid' }, undefined)).not.toHaveProperty('count');
  });
  it('becomes a request', () => {
    const wanted = requestOf(DEFAULTS, { universe: 'u', name: 'n', question: null });
    expect(wanted).toMatchObject({ universe: 'u', where: 'fast < slow', search: 'grid' });
    expect(wanted.settings).toMatchObject({ commission_bps: 5, half_spread_bps: 5 });
  });
  it('keeps what it has no field for of an earlier account, and lets its own fields win', () => {
    const earlier = {
      name: 'n',
      spec: { template: { kind: 'ranked', score: 'close', rebalance: 'weekly' }, parameters: {} },
      settings: { leverage: 2, limit_name: 0.1, commission_bps: 7, lot: 1 },
    } as unknown as Sweep;
    const draft = { ...DEFAULTS, ...ofSweep(earlier), commissionBps: 3 };
    expect(draft.rebalance).toBe('weekly');
    const wanted = requestOf(draft, { universe: 'u', name: 'n', question: null });
    expect(wanted.settings).toMatchObject({ leverage: 2, limit_name: 0.1, lot: 1 });
    expect(wanted.settings).toMatchObject({ commission_bps: 3 });
  });
  it('reads values of an earlier sweep as a range where they are one', () => {
    expect(rowFrom([5, 10, 15])).toMatchObject({ mode: 'range', from: 5, to: 15, step: 5 });
    expect(rowFrom([5, 10, 30])).toMatchObject({ mode: 'list', list: '5, 10, 30' });
    expect(valuesOf(rowFrom([7]))).toEqual([7]);
  });
});
