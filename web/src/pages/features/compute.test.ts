import { describe, expect, it } from 'vitest';
import { chainOf, frameChain } from './compute';

const wanted = {
  universe: 'u',
  bars: 'b',
  context: ['m'],
  horizon: 5,
  lag: 30,
  publish: false,
};

describe('chain of a computation', () => {
  it('measures when a horizon is given', () => {
    const [job, ...rest] = chainOf('v', 'Compute', wanted).jobs;
    expect(job?.kind).toBe('features.compute');
    expect(job?.input).toMatchObject({ feature_set: 'v', horizon: 5, decision_lag_minutes: 30 });
    expect(rest).toEqual([]);
  });

  it('brings values up to date without one, and publishes after them', () => {
    const [job, publish] = chainOf('v', 'Update', { ...wanted, horizon: null, publish: true }).jobs;
    expect(job?.kind).toBe('features.materialise');
    expect(job?.input).not.toHaveProperty('horizon');
    expect(publish?.input).toEqual({ after: { job: 'values', output: 'feature_values' } });
  });
});

describe('chain of a training frame', () => {
  const label = { horizon: 5, label: 'Ref($close, -5) / close - 1' };

  it('asks for a return, an expression or neither', () => {
    const input = (kind: 'return' | 'expression' | 'none') =>
      frameChain('r', 'Frame', { ...label, kind }).jobs[0]?.input;
    expect(input('return')).toEqual({ features: 'r', horizon: 5 });
    expect(input('expression')).toEqual({ features: 'r', label: label.label });
    expect(input('none')).toEqual({ features: 'r' });
  });
});
