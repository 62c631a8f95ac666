/** What the form of a pipeline holds, and the request that it becomes. */
import type { PipelineCreate } from '@/lib/queries/pipelines';

/** Where features come from. */
export type Source = 'set' | 'prices' | 'both';

export type Draft = {
  source: Source;
  budget: number;
  preset: NonNullable<PipelineCreate['preset']>;
  learners: string[];
  trials: number | null;
  minutes: number | null;
  horizon: number;
  evaluated: number;
  select: boolean;
  seed: number;
};

export const DEFAULTS: Draft = {
  source: 'set',
  budget: 200,
  preset: 'fast',
  learners: [],
  trials: null,
  minutes: null,
  horizon: 5,
  evaluated: 0.35,
  select: true,
  seed: 0,
};

/** Only what was chosen: the rest is the preset's. */
export function requestOf(
  draft: Draft,
  rest: Pick<PipelineCreate, 'name' | 'features' | 'universe' | 'question'>,
): PipelineCreate {
  const { preset, learners, trials, minutes, horizon, evaluated, select, seed } = draft;
  const wanted: Partial<PipelineCreate> = {
    preset,
    label: { horizon, target: 'grade', grades: 5, barrier: 1 },
    evaluated,
    select,
    seed,
  };
  if (learners.length > 0) wanted.learners = learners as NonNullable<PipelineCreate['learners']>;
  if (trials !== null) wanted.trials = trials;
  if (minutes !== null) wanted.minutes = minutes;
  // What is left out of the candidates takes the server's default.
  if (draft.source !== 'set') {
    wanted.generate = { budget: draft.budget } as NonNullable<PipelineCreate['generate']>;
  }
  return { ...wanted, ...rest } as PipelineCreate;
}
