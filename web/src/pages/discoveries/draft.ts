/** What the form of a new discovery holds, and the request that it becomes. Pure. */
import type { Dataset } from '@/lib/queries/datasets';
import type { Discovery, DiscoveryCreate, Family } from '@/lib/queries/discoveries';

export type Draft = {
  name: string;
  universe: string | null;
  bars: string;
  /** Datasets of series and groups; null: the newest of each kind. */
  context: string[] | null;
  question: string;
  families: Family[];
  windows: string;
  budget: number;
  interactions: boolean;
  search: boolean;
  teaching: number;
  horizon: number;
  costBps: number;
  falseDiscoveryRate: number;
  seed: number;
};

/** Stands for the account's own question. */
export const ALONE = 'alone';
/** Stands for bars that are found. */
export const FOUND = 'found';

export const DEFAULTS: Draft = {
  name: '',
  universe: null,
  bars: FOUND,
  context: null,
  question: ALONE,
  families: ['momentum', 'level', 'volatility', 'shape', 'comovement', 'macro', 'relative'],
  windows: '5, 10, 20, 60, 120, 250',
  budget: 1_000,
  interactions: true,
  search: false,
  teaching: 35,
  horizon: 5,
  costBps: 5,
  falseDiscoveryRate: 10,
  seed: 0,
};

/** Numbers of a list as it was typed; what is no number is kept as NaN, for the server to refuse. */
export function windowsOf(text: string): number[] {
  return text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number);
}

export function windowsAreSound(text: string): boolean {
  const windows = windowsOf(text);
  const sound = windows.every((one) => Number.isInteger(one) && one >= 2 && one <= 500);
  return sound && windows.length > 0 && windows.length <= 12;
}

/** What may stand beside bars. */
export const isContext = (one: Dataset): boolean => Boolean(one.latest) && one.kind !== 'bars';

/** One dataset of each kind of context: the first of the list. */
export function usualContext(datasets: Dataset[]): string[] {
  return ['classification', 'series'].flatMap(
    (kind) => datasets.find((one) => isContext(one) && one.kind === kind)?.id ?? [],
  );
}

export function requestOf(draft: Draft, universe: string, context: string[]): DiscoveryCreate {
  return {
    universe,
    name: draft.name.trim() || null,
    bars: draft.bars === FOUND ? null : draft.bars,
    context,
    question: draft.question === ALONE ? null : draft.question,
    families: draft.families,
    windows: windowsOf(draft.windows),
    budget: draft.budget,
    interactions: draft.interactions,
    search: draft.search,
    teaching: draft.teaching / 100,
    horizon: draft.horizon,
    cost_bps: draft.costBps,
    false_discovery_rate: draft.falseDiscoveryRate / 100,
    coverage: 0.8,
    same_sign: 0.6,
    correlation: 0.7,
    decision_lag_minutes: 30,
    seed: draft.seed,
  };
}

const percent = (share: number): number => Number((share * 100).toFixed(6));

/** The form of an earlier discovery. */
export function ofDiscovery({ spec, ...made }: Discovery): Draft {
  return {
    name: '',
    universe: made.universe.id,
    bars: made.bars.id,
    context: made.context.map((one) => one.id),
    question: made.question.id,
    families: spec.families ?? DEFAULTS.families,
    windows: (spec.windows ?? []).join(', '),
    budget: spec.budget ?? DEFAULTS.budget,
    interactions: spec.interactions ?? true,
    search: spec.search ?? false,
    teaching: percent(spec.teaching ?? 0.35),
    horizon: spec.horizon ?? DEFAULTS.horizon,
    costBps: spec.cost_bps ?? DEFAULTS.costBps,
    falseDiscoveryRate: percent(spec.false_discovery_rate ?? 0.1),
    seed: spec.seed ?? 0,
  };
}
