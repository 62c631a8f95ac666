/** What the form of a new sweep holds, and the request that it becomes. Pure. */
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { Sweep, SweepCheck, SweepCreate } from '@/lib/queries/sweeps';

export type Kind = 'rule' | 'ranked';

/** The values of one parameter: a range, or a list as it was typed. */
export type Row = { mode: 'range' | 'list'; from: number; to: number; step: number; list: string };

export type Search = NonNullable<SweepCreate['search']>;
export type Objective = NonNullable<SweepCreate['objective']>;

export const EXITS = ['stop_loss', 'take_profit', 'trailing', 'maximum_bars', 'weight'] as const;
export type Exit = Record<(typeof EXITS)[number], string> & { distance: 'fraction' | 'atr' };

export const NO_EXIT: Exit = {
  stop_loss: '',
  take_profit: '',
  trailing: '',
  maximum_bars: '',
  weight: '',
  distance: 'fraction',
};

export type Draft = {
  kind: Kind;
  entries: string;
  exits: string;
  score: string;
  top: string;
  bottom: string;
  rebalance: 'daily' | 'weekly' | 'monthly';
  /** Of a rule that trades by orders: numbers or parameters as they were typed, empty for none. */
  exit: Exit;
  rows: Record<string, Row>;
  where: string;
  search: Search;
  /** How many a search at random or a guided one tries. */
  count: number;
  seed: number;
  objective: Objective;
  name: string;
  universe: string | null;
  bars: string;
  actions: string;
  start: string;
  end: string;
  cash: number;
  commissionBps: number;
  halfSpreadBps: number;
  fill: 'next_open' | 'next_close' | 'same_close';
  /** The account of the sweep that is changed: what this form has no field for stays as it was. */
  kept: Sweep['settings'] | null;
};

export type Example = {
  key: string;
  title: MessageDescriptor;
  idea: MessageDescriptor;
  draft: Partial<Draft>;
};

const range = (from: number, to: number, step: number): Row => ({
  mode: 'range',
  from,
  to,
  step,
  list: '',
});

export const EXAMPLES: Example[] = [
  {
    key: 'means',
    title: msg`Two means`,
    idea: msg`Hold while a fast mean is above a slow one.`,
    draft: {
      kind: 'rule',
      entries: 'ts_mean(close, $fast) > ts_mean(close, $slow)',
      exits: '',
      rows: { fast: range(1, 50, 1), slow: range(55, 450, 5) },
      where: 'fast < slow',
    },
  },
  {
    key: 'breakout',
    title: msg`Breakout`,
    idea: msg`Buy a new high, leave at a new low.`,
    draft: {
      kind: 'rule',
      entries: 'close >= ts_max(close, $enter)',
      exits: 'close <= ts_min(close, $leave)',
      rows: { enter: range(10, 250, 5), leave: range(5, 125, 5) },
      where: 'leave < enter',
    },
  },
  {
    key: 'dip',
    title: msg`Buy the dip`,
    idea: msg`Buy a fall within a rising trend, leave after a rise.`,
    draft: {
      kind: 'rule',
      entries: 'close > ts_mean(close, $trend) and ts_returns(close, $days) < -$fall',
      exits: 'close > ts_mean(close, 5)',
      rows: { trend: range(50, 250, 25), days: range(1, 10, 1), fall: range(0.01, 0.08, 0.01) },
      where: '',
    },
  },
  {
    key: 'stops',
    title: msg`Breakout with stops`,
    idea: msg`Buy a new high; a stop and a target in average true ranges.`,
    draft: {
      kind: 'rule',
      entries: 'close >= ts_max(close, $enter)',
      exits: 'close <= ts_min(close, 20)',
      exit: { ...NO_EXIT, stop_loss: '$stop', take_profit: '$target', distance: 'atr' },
      rows: { enter: range(20, 100, 20), stop: range(1, 5, 0.5), target: range(2, 12, 1) },
      where: 'stop < target',
    },
  },
  {
    key: 'momentum',
    title: msg`Momentum by rank`,
    idea: msg`Hold what rose most, leaving out the last month.`,
    draft: {
      kind: 'ranked',
      score: 'delay(close, $skip) / delay(close, $months) - 1',
      top: '$top',
      bottom: '0',
      rebalance: 'monthly',
      rows: { skip: range(5, 42, 5), months: range(63, 315, 21), top: range(2, 10, 2) },
      where: 'skip < months',
    },
  },
];

export const DEFAULTS: Draft = {
  kind: 'rule',
  entries: '',
  exits: '',
  score: '',
  top: '6',
  bottom: '0',
  rebalance: 'monthly',
  exit: NO_EXIT,
  rows: {},
  where: '',
  search: 'grid',
  count: 200,
  seed: 0,
  objective: 'sharpe',
  name: '',
  universe: null,
  bars: '',
  actions: '',
  start: '',
  end: '',
  cash: 100_000,
  commissionBps: 5,
  halfSpreadBps: 5,
  fill: 'next_open',
  kept: null,
  ...EXAMPLES[0]?.draft,
};

const FIELDS = new Set(['open', 'high', 'low', 'close', 'volume', 'vwap', 'returns']);

/** The parameters that the template names, in the order in which they are met. */
export function namesOf(draft: Draft): string[] {
  const texts =
    draft.kind === 'rule'
      ? [draft.entries, draft.exits, ...EXITS.map((name) => draft.exit[name])]
      : [draft.score, draft.top, draft.bottom];
  const found = texts.flatMap((text) => [...text.matchAll(/\$([A-Za-z_]\w*)/g)].map((m) => m[1]));
  return [...new Set(found)].filter(
    (name): name is string => Boolean(name) && !FIELDS.has(name as string),
  );
}

export const rowOf = (draft: Draft, name: string): Row => draft.rows[name] ?? range(5, 50, 5);

const MOST = 10_000;

/** The numbers of a row; none when it cannot be read. */
export function valuesOf(row: Row): number[] {
  if (row.mode === 'list') {
    const parts = row.list.split(/[\s,;]+/).filter(Boolean);
    const numbers = parts.map(Number);
    return numbers.every(Number.isFinite) ? [...new Set(numbers)] : [];
  }
  const count = Math.floor((row.to - row.from) / row.step + 1e-9) + 1;
  if (!(row.step > 0) || !Number.isFinite(count) || count < 1 || count > MOST) return [];
  return Array.from({ length: count }, (_, n) => Number((row.from + n * row.step).toPrecision(12)));
}

/** A number stays one; anything else is an expression or the name of a parameter. */
const written = (text: string): string | number => {
  const plain = text.trim();
  return plain !== '' && Number.isFinite(Number(plain)) ? Number(plain) : plain;
};

export function templateOf(draft: Draft): SweepCreate['template'] {
  if (draft.kind === 'rule') {
    const given = EXITS.filter((name) => draft.exit[name].trim());
    return {
      kind: 'rule',
      entries: draft.entries.trim(),
      exits: draft.exits.trim() || null,
      ...Object.fromEntries(given.map((name) => [name, written(draft.exit[name])])),
      ...(draft.exit.distance === 'atr' ? { distance: 'atr' } : {}),
    };
  }
  return {
    kind: 'ranked',
    score: draft.score.trim(),
    top: written(draft.top || '0'),
    bottom: written(draft.bottom || '0'),
    rebalance: draft.rebalance,
  };
}

const parametersOf = (draft: Draft): Record<string, number[]> =>
  Object.fromEntries(namesOf(draft).map((name) => [name, valuesOf(rowOf(draft, name))]));

const searchOf = (draft: Draft): Pick<SweepCreate, 'search' | 'count' | 'seed' | 'objective'> =>
  draft.search === 'grid'
    ? { search: 'grid', seed: 0, objective: 'sharpe' }
    : {
        search: draft.search,
        count: draft.count,
        seed: draft.seed,
        objective: draft.search === 'optuna' ? draft.objective : 'sharpe',
      };

/** What the server is asked while the form is filled; null as long as something is missing. */
export function checkOf(draft: Draft, universe: string | undefined): SweepCheck | null {
  const parameters = parametersOf(draft);
  const lists = Object.values(parameters);
  const text = draft.kind === 'rule' ? draft.entries : draft.score;
  if (!text.trim() || lists.length === 0 || lists.some((one) => one.length === 0)) return null;
  return {
    template: templateOf(draft),
    parameters,
    where: draft.where.trim() || null,
    ...searchOf(draft),
    ...(universe ? { universe } : {}),
  };
}

export function requestOf(
  draft: Draft,
  given: { universe: string; name: string; question: string | null },
): SweepCreate {
  return {
    name: given.name,
    universe: given.universe,
    ...(given.question ? { question: given.question } : {}),
    ...(draft.bars ? { bars: draft.bars } : {}),
    ...(draft.actions ? { actions: draft.actions } : {}),
    context: [],
    template: templateOf(draft),
    parameters: parametersOf(draft),
    where: draft.where.trim() || null,
    ...searchOf(draft),
    settings: {
      ...draft.kept,
      start: draft.start || null,
      end: draft.end || null,
      initial_cash: draft.cash,
      commission_bps: draft.commissionBps,
      half_spread_bps: draft.halfSpreadBps,
      fill: draft.fill,
    } as NonNullable<SweepCreate['settings']>,
  };
}

const REBALANCES: Draft['rebalance'][] = ['daily', 'weekly', 'monthly'];

/** The form of an earlier sweep, to be changed. */
export function ofSweep({ spec, settings, name }: Sweep): Partial<Draft> {
  const text = (value: unknown): string =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  const { template } = spec;
  const rows = Object.fromEntries(
    Object.entries(spec.parameters).map(([key, values]) => [key, rowFrom(values)]),
  );
  return {
    kind: template.kind === 'ranked' ? 'ranked' : 'rule',
    entries: text(template.entries),
    exits: text(template.exits),
    score: text(template.score),
    top: text(template.top) || '6',
    bottom: text(template.bottom) || '0',
    rebalance: REBALANCES.find((one) => one === template.rebalance) ?? DEFAULTS.rebalance,
    exit: {
      ...(Object.fromEntries(EXITS.map((one) => [one, text(template[one])])) as Exit),
      distance: template.distance === 'atr' ? 'atr' : 'fraction',
    },
    rows,
    where: spec.where ?? '',
    search: spec.search ?? 'grid',
    count: spec.count ?? DEFAULTS.count,
    seed: spec.seed ?? 0,
    objective: spec.objective ?? 'sharpe',
    name,
    start: settings.start ?? '',
    end: settings.end ?? '',
    cash: settings.initial_cash ?? DEFAULTS.cash,
    commissionBps: settings.commission_bps ?? DEFAULTS.commissionBps,
    halfSpreadBps: settings.half_spread_bps ?? 0,
    fill: settings.fill ?? 'next_open',
    kept: settings,
  };
}

/** A range where the steps are even, else a list. */
export function rowFrom(values: number[]): Row {
  const [from = 0, second = from + 1] = values;
  const row = range(from, values.at(-1) ?? from, Number((second - from).toPrecision(12)));
  const same = valuesOf(row);
  const even = same.length === values.length && same.every((one, n) => one === values[n]);
  return even ? row : { ...row, step: 1, mode: 'list', list: values.join(', ') };
}

/** A name for those who give none. */
export function nameOf(draft: Draft, count: number): string {
  const text = draft.kind === 'rule' ? draft.entries : draft.score;
  return `${count.toLocaleString('en')} × ${text.trim()}`.slice(0, 100);
}
