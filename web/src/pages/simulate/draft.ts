/** What the Simulate form holds, and the request that it becomes. Pure. */
import type { Backtest, BacktestCreate } from '@/lib/queries/backtests';
import type { BuiltIn } from '@/lib/queries/strategies';
import type { Values } from './parameter';
import { ALL, DEFAULTS as SETTINGS, type Settings } from './settingsParameters';
import { contradictions, KINDS, type Kind, USUAL } from './strategyParameters';

export type Draft = {
  kind: Kind;
  /** The values of every kind, so that looking at another loses nothing. */
  specs: Record<Kind, Values>;
  /** Of the account; the benchmark is below. */
  settings: Settings;
  /** Null: an index that fits the universe, if there is one; empty: none. */
  benchmark: string | null;
  /** Datasets; empty: bars are found, dividends are left out. */
  bars: string;
  actions: string;
  /** A model whose scores rank, in place of an expression. */
  model: { id: string; name: string } | null;
};

export const DEFAULTS: Draft = {
  kind: 'ranked',
  specs: USUAL,
  settings: SETTINGS,
  benchmark: null,
  bars: '',
  actions: '',
  model: null,
};

type Spec = Record<string, unknown>;

/** The draft with other values of its strategy. */
export const withSpec = (draft: Draft, change: Values): Draft => ({
  ...draft,
  specs: { ...draft.specs, [draft.kind]: { ...draft.specs[draft.kind], ...change } },
});

/** The draft with another strategy, as the API writes it. */
export function ofSpec(draft: Draft, { kind, ...values }: Spec): Draft {
  if (!KINDS.includes(kind as Kind)) return draft;
  const known = kind as Kind;
  return {
    ...draft,
    kind: known,
    specs: { ...draft.specs, [known]: { ...USUAL[known], ...values } },
  };
}

const NAMES = ['start', 'end', 'initial_cash', 'sectors', 'seed', ...ALL.map((one) => one.name)];

/** The draft with the strategy, data and settings of an earlier backtest. */
export function ofBacktest(draft: Draft, { settings, strategy, made_from }: Backtest): Draft {
  const pinned = (role: string): string =>
    made_from.data.find((one) => one.role === role)?.dataset_id ?? '';
  const model = made_from.model;
  const given = Object.entries(settings).filter(
    ([name, value]) => NAMES.includes(name) && value !== undefined,
  );
  return {
    ...ofSpec(draft, strategy.spec),
    settings: { ...SETTINGS, half_spread_bps: 0, ...Object.fromEntries(given) },
    benchmark: settings.benchmark ?? '',
    bars: pinned('bars'),
    actions: pinned('actions'),
    model: model ? { id: model.version_id, name: `${model.name} v${model.seq}` } : null,
  };
}

const trimmed = (value: unknown): unknown => (typeof value === 'string' ? value.trim() : value);

export function specOf(draft: Draft): NonNullable<BacktestCreate['strategy']> {
  const values = Object.fromEntries(
    Object.entries(draft.specs[draft.kind]).map(([name, value]) => [name, trimmed(value)]),
  );
  if (draft.kind === 'ranked' && draft.model) values.score = null;
  if (draft.kind === 'rule') values.exits ||= null;
  return { kind: draft.kind, ...values } as NonNullable<BacktestCreate['strategy']>;
}

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text);

/** A name from what the strategy does, for those who give none. */
export function nameOf(draft: Draft, builtIn: BuiltIn | undefined): string {
  if (builtIn && builtIn.spec.kind === draft.kind) return builtIn.name;
  const values = draft.specs[draft.kind];
  if (draft.kind === 'ranked') return shorten(draft.model?.name ?? String(values.score).trim());
  if (draft.kind === 'rule') return shorten(String(values.entries).trim());
  if (draft.kind === 'pairs' && values.first) return `${values.first} / ${values.second}`;
  return { equal_weight: 'Equal weight', risk_parity: 'Risk parity', pairs: 'Pairs' }[draft.kind];
}

export function requestOf(
  draft: Draft,
  given: { universe: string; question: string | null; name: string; benchmark: string | null },
): BacktestCreate {
  return {
    name: given.name,
    strategy_name: given.name,
    universe: given.universe,
    ...(given.question ? { question: given.question } : {}),
    ...(draft.bars ? { bars: draft.bars } : {}),
    ...(draft.actions ? { actions: draft.actions } : {}),
    ...(draft.kind === 'ranked' && draft.model ? { model_version: draft.model.id } : {}),
    // Series and groups that the expressions read are found by the server.
    context: [],
    strategy: specOf(draft),
    settings: { ...draft.settings, benchmark: given.benchmark },
  };
}

const INDEX = 'ARCX:SPY';
const AMERICAN = new Set(['XNYS', 'XNAS', 'ARCX']);

/** What stands beside the universe held equally: as chosen, or the index of its market if it is known. */
export function benchmarkOf(
  draft: Draft,
  instruments: string[],
  known: Iterable<string>,
): string | null {
  if (draft.benchmark !== null) return draft.benchmark || null;
  const fits = instruments.some((key) => AMERICAN.has(key.split(':')[0] ?? ''));
  return fits && new Set(known).has(INDEX) ? INDEX : null;
}

/** Whether there is enough to simulate, and nothing contradicts itself. */
export function isReady(draft: Draft): boolean {
  const values = draft.specs[draft.kind];
  const { start, end } = draft.settings;
  if (Object.keys(contradictions(draft.kind, values)).length > 0) return false;
  if (start && end && start >= end) return false;
  if (draft.kind === 'ranked') return draft.model !== null || String(values.score).trim() !== '';
  if (draft.kind === 'rule') return String(values.entries).trim() !== '';
  return true;
}
