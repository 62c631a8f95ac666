/** What the Simulate form holds, and the request that it becomes. Pure. */
import type { Backtest, BacktestCreate } from '@/lib/queries/backtests';
import type { BuiltIn } from '@/lib/queries/strategies';

export type Kind = 'ranked' | 'rule' | 'equal_weight';
export type Rebalance = 'daily' | 'weekly' | 'monthly';

export type Draft = {
  kind: Kind;
  score: string;
  top: number;
  bottom: number;
  rebalance: Rebalance;
  entries: string;
  exits: string;
  start: string;
  end: string;
  cash: number;
  commissionBps: number;
  halfSpreadBps: number;
  fill: 'next_open' | 'same_close';
  borrowFee: number;
  cashInterest: number;
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
  score: '',
  top: 6,
  bottom: 0,
  rebalance: 'weekly',
  entries: '',
  exits: '',
  start: '',
  end: '',
  cash: 100_000,
  commissionBps: 5,
  halfSpreadBps: 5,
  fill: 'next_open',
  borrowFee: 0,
  cashInterest: 0,
  benchmark: null,
  bars: '',
  actions: '',
  model: null,
};

type Spec = Record<string, unknown>;

/** The form's fields of a strategy as the API writes it. */
export function ofSpec(spec: Spec): Partial<Draft> {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const number = (value: unknown, or: number): number => (typeof value === 'number' ? value : or);
  const kind = spec.kind as Kind;
  const rebalance = (spec.rebalance as Rebalance | undefined) ?? DEFAULTS.rebalance;
  if (kind === 'ranked') {
    return {
      kind,
      score: text(spec.score),
      top: number(spec.top, 0),
      bottom: number(spec.bottom, 0),
      rebalance,
    };
  }
  if (kind === 'rule') return { kind, entries: text(spec.entries), exits: text(spec.exits) };
  return { kind, rebalance };
}

/** The settings of an earlier backtest. */
export function ofBacktest({ settings, strategy, made_from }: Backtest): Partial<Draft> {
  const pinned = (role: string): string =>
    made_from.data.find((one) => one.role === role)?.dataset_id ?? '';
  const model = made_from.model;
  return {
    ...ofSpec(strategy.spec),
    start: settings.start ?? '',
    end: settings.end ?? '',
    cash: settings.initial_cash ?? DEFAULTS.cash,
    commissionBps: settings.commission_bps ?? DEFAULTS.commissionBps,
    halfSpreadBps: settings.half_spread_bps ?? DEFAULTS.halfSpreadBps,
    fill: settings.fill ?? DEFAULTS.fill,
    borrowFee: settings.borrow_fee ?? 0,
    cashInterest: settings.cash_interest ?? 0,
    benchmark: settings.benchmark ?? '',
    bars: pinned('bars'),
    actions: pinned('actions'),
    model: model ? { id: model.version_id, name: `${model.name} v${model.seq}` } : null,
  };
}

export function specOf(draft: Draft): NonNullable<BacktestCreate['strategy']> {
  if (draft.kind === 'ranked') {
    return {
      kind: 'ranked',
      score: draft.model ? null : draft.score.trim(),
      top: draft.top,
      bottom: draft.bottom,
      rebalance: draft.rebalance,
      gross: 1,
    };
  }
  if (draft.kind === 'rule') {
    return { kind: 'rule', entries: draft.entries.trim(), exits: draft.exits.trim() || null };
  }
  return { kind: 'equal_weight', rebalance: draft.rebalance };
}

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text);

/** A name from what the strategy does, for those who give none. */
export function nameOf(draft: Draft, builtIn: BuiltIn | undefined): string {
  if (builtIn) return builtIn.name;
  if (draft.kind === 'ranked') return shorten(draft.model?.name ?? draft.score.trim());
  if (draft.kind === 'rule') return shorten(draft.entries.trim());
  return 'Equal weight';
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
    settings: {
      start: draft.start || null,
      end: draft.end || null,
      initial_cash: draft.cash,
      commission_bps: draft.commissionBps,
      commission_per_share: 0,
      commission_minimum: 0,
      half_spread_bps: draft.halfSpreadBps,
      fill: draft.fill,
      cash_interest: draft.cashInterest,
      borrow_fee: draft.borrowFee,
      stale_bars: 10,
      benchmark: given.benchmark,
      seed: 0,
    },
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

/** Whether there is enough to simulate. */
export function isReady(draft: Draft): boolean {
  if (draft.kind === 'ranked') {
    return (draft.model !== null || draft.score.trim() !== '') && draft.top + draft.bottom > 0;
  }
  if (draft.kind === 'rule') return draft.entries.trim() !== '';
  return true;
}
