import { expect, it } from 'vitest';
import type { Learner, ModelVersionDetail } from '@/lib/queries/models';
import { DEFAULTS, ofVersion, specOf } from './trainDraft';

const kind = { probable: false, sequential: false, installed: true, remedy: null };
const ranker: Learner = {
  ...kind,
  name: 'lightgbm_ranker',
  classes: true,
  parameters: [{ name: 'trees', default: 60, low: 1, high: 5000, whole: true }],
};
const ridge: Learner = { ...kind, name: 'ridge', classes: false, parameters: [] };

it('takes the parameters of its learner alone, and leaves out what is as usual', () => {
  const draft = { ...DEFAULTS, parameters: { trees: 90, penalty: 3 } };
  expect(specOf(draft, ranker).parameters).toEqual({ trees: 90 });
  expect(specOf({ ...draft, parameters: { trees: null } }, ranker).parameters).toEqual({});
});

it('gives a learner without chance one seed', () => {
  expect(specOf(DEFAULTS, ranker).seeds).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(specOf({ ...DEFAULTS, learner: 'ridge' }, ridge).seeds).toEqual([1]);
});

it('comes back from a version as it went', () => {
  const draft = {
    ...DEFAULTS,
    parameters: { trees: 90 },
    horizon: 10,
    window: 750,
    oldest: 0.5,
    groups: 6,
    uniqueness: true,
    history: 3,
    steps: { rank: {}, winsorise: { tail: 0.05 } },
  };
  const version = { spec: specOf(draft, ranker) } as ModelVersionDetail;
  expect(ofVersion(version)).toEqual(draft);
});

it('takes steps in their own order, whichever was turned on first', () => {
  const draft = {
    ...DEFAULTS,
    steps: { pca: { variance: null }, rank: {}, isolation: { trees: 50 } },
  };
  expect(specOf(draft, ranker).steps).toEqual([
    { kind: 'rank', parameters: {} },
    { kind: 'isolation', parameters: { trees: 50 } },
    { kind: 'pca', parameters: {} },
  ]);
});

it('names a side for a meta-label alone', () => {
  expect(specOf({ ...DEFAULTS, side: 'momentum' }, ranker).label.side).toBeNull();
  const meta = { ...DEFAULTS, target: 'meta' as const, side: 'momentum' };
  expect(specOf(meta, ranker).label.side).toBe('momentum');
});
