/** What the form of a training holds, and the specification that it becomes. */
import type { Learner, ModelVersionDetail, TrainSpec } from '@/lib/queries/models';

export type Draft = {
  learner: Learner['name'];
  parameters: Record<string, number | null>;
  target: TrainSpec['label']['target'];
  horizon: number;
  grades: number;
  barrier: number;
  seeds: number;
  firstTest: number;
  test: number;
  embargo: number;
  stride: number;
  window: number | null;
  uniqueness: boolean;
  oldest: number;
  groups: number | null;
  tested: number;
};

export const DEFAULTS: Draft = {
  learner: 'lightgbm_ranker',
  parameters: {},
  target: 'grade',
  horizon: 5,
  grades: 5,
  barrier: 1,
  seeds: 8,
  firstTest: 504,
  test: 126,
  embargo: 0,
  stride: 5,
  window: null,
  uniqueness: false,
  oldest: 1,
  groups: null,
  tested: 2,
};

/** Learners whose fits do not hang on chance: more seeds would give the same model again. */
export const CERTAIN = new Set<string>(['ridge', 'elastic_net', 'logistic']);

export function specOf(draft: Draft, learner: Learner): TrainSpec {
  const given = learner.parameters.flatMap(({ name }) => {
    const value = draft.parameters[name];
    return value === null || value === undefined ? [] : [[name, value] as const];
  });
  const seeds = CERTAIN.has(draft.learner) ? 1 : draft.seeds;
  return {
    learner: draft.learner,
    parameters: Object.fromEntries(given),
    seeds: Array.from({ length: seeds }, (_, n) => n + 1),
    label: {
      horizon: draft.horizon,
      grades: draft.grades,
      target: draft.target,
      barrier: draft.barrier,
    },
    validation: {
      first_test: draft.firstTest,
      test: draft.test,
      embargo: draft.embargo,
      stride: draft.stride,
      window: draft.window,
    },
    weights: { uniqueness: draft.uniqueness, oldest: draft.oldest },
    cross_validation:
      draft.groups === null
        ? null
        : { groups: draft.groups, tested: draft.tested, embargo: draft.embargo },
  };
}

/** The form of a version, to be trained again with changes. */
export function ofVersion({ spec }: ModelVersionDetail): Draft {
  const { label, validation, weights, cross_validation: crossed } = spec;
  return {
    learner: spec.learner,
    parameters: spec.parameters,
    target: label.target,
    horizon: label.horizon,
    grades: label.grades,
    barrier: label.barrier,
    seeds: spec.seeds.length,
    firstTest: validation.first_test,
    test: validation.test,
    embargo: validation.embargo,
    stride: validation.stride,
    window: validation.window ?? null,
    uniqueness: weights.uniqueness,
    oldest: weights.oldest,
    groups: crossed?.groups ?? null,
    tested: crossed?.tested ?? 2,
  };
}
