/** What the form of a training holds, and the specification that it becomes. */
import type { Learner, ModelStep, ModelVersionDetail, TrainSpec } from '@/lib/queries/models';

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
  /** The feature whose sign is the side of a meta-label. */
  side: string | null;
  history: number;
  /** Features that are learned from; all of the set when empty. */
  features: string[];
  /** Steps that are on, with what was put in place of the usual numbers. */
  steps: Partial<Record<ModelStep['kind'], Record<string, number | null>>>;
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
  side: null,
  history: 1,
  features: [],
  steps: {},
};

/** The order in which steps are taken: ranks come first, refusals before components. */
const ORDER = ['rank', 'winsorise', 'isolation', 'dissimilarity', 'pca'] as const;

/** A sequence learner needs some bars to go by. */
export const SEQUENCE = 20;

/** Learners whose fits do not hang on chance: more seeds would give the same model again. */
export const CERTAIN = new Set<string>(['ridge', 'elastic_net', 'logistic']);

export function specOf(draft: Draft, learner: Learner): TrainSpec {
  const own = Object.fromEntries(
    learner.parameters.map(({ name }) => [name, draft.parameters[name] ?? null]),
  );
  const seeds = CERTAIN.has(draft.learner) ? 1 : draft.seeds;
  return {
    learner: draft.learner,
    features: draft.features,
    parameters: filled(own),
    seeds: Array.from({ length: seeds }, (_, n) => n + 1),
    label: {
      horizon: draft.horizon,
      grades: draft.grades,
      target: draft.target,
      barrier: draft.barrier,
      side: draft.target === 'meta' ? draft.side : null,
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
    steps: ORDER.flatMap((kind) => {
      const parameters = draft.steps[kind];
      return parameters ? [{ kind, parameters: filled(parameters) }] : [];
    }),
    history: draft.history,
  };
}

/** What was put in; the rest is as usual. */
function filled(given: Record<string, number | null>): Record<string, number> {
  const known = Object.entries(given).filter((pair): pair is [string, number] => pair[1] !== null);
  return Object.fromEntries(known);
}

/** The form of a version, to be trained again with changes. */
export function ofVersion({ spec }: ModelVersionDetail): Draft {
  if (spec.learner === 'ensemble') {
    // An automated pipeline made it: what it learned is taken over, with the usual learner.
    const { horizon, grades, target, barrier } = spec.label;
    return { ...DEFAULTS, horizon, grades, target, barrier };
  }
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
    side: label.side ?? null,
    history: spec.history ?? 1,
    features: spec.features ?? [],
    steps: Object.fromEntries((spec.steps ?? []).map((step) => [step.kind, step.parameters])),
  };
}
