/** Parameters of each kind of strategy, as the form asks for them. */
import { msg } from '@lingui/core/macro';
import { CONSTRUCTION, GROSS, OVERLAY, TRUNCATION } from './constructionParameters';
import { EXITS } from './exitParameters';
import type { Parameter, Values } from './parameter';

export type Kind = 'ranked' | 'rule' | 'equal_weight' | 'risk_parity' | 'pairs';

export const KINDS: Kind[] = ['ranked', 'rule', 'equal_weight', 'risk_parity', 'pairs'];

const REBALANCE: Parameter = {
  name: 'rebalance',
  label: msg`Decide anew`,
  type: 'choice',
  choices: [
    { value: 'daily', label: msg`Daily` },
    { value: 'weekly', label: msg`Weekly` },
    { value: 'monthly', label: msg`Monthly` },
  ],
};

const count = (name: string, label: Parameter['label']): Parameter => ({
  name,
  label,
  type: 'number',
  unit: 'names',
  min: 0,
  max: 10_000,
});

const RANKED: Parameter[] = [
  {
    name: 'score',
    label: msg`Expression`,
    help: msg`The highest values are held`,
    type: 'expression',
    placeholder: 'rank(-ts_returns(close, 5))',
  },
  count('top', msg`Hold the top`),
  count('bottom', msg`Short the bottom`),
  REBALANCE,
];

const RULE: Parameter[] = [
  {
    name: 'entries',
    label: msg`Enter when`,
    type: 'expression',
    placeholder: 'close > ts_mean(close, 200)',
  },
  {
    name: 'exits',
    label: msg`Leave when`,
    help: msg`Empty: when the first is no longer true`,
    type: 'expression',
    placeholder: '',
  },
  {
    name: 'weight',
    label: msg`Weight of each`,
    help: msg`Below zero: short`,
    type: 'number',
    unit: 'percent',
    min: -1000,
    max: 1000,
    empty: msg`equal parts`,
  },
];

const zscore = (name: string, label: Parameter['label'], min: number): Parameter => ({
  name,
  label,
  type: 'number',
  unit: 'sigma',
  min,
  max: 100,
  step: 0.1,
});

const CHOSEN = (values: Values): boolean => !values.first;

const PAIRS: Parameter[] = [
  {
    name: 'first',
    label: msg`First`,
    type: 'instrument',
    empty: msg`Chosen by distance`,
  },
  { name: 'second', label: msg`Second`, type: 'instrument', empty: msg`Chosen by distance` },
  {
    name: 'count',
    label: msg`Pairs`,
    help: msg`The closest of the universe`,
    type: 'number',
    min: 1,
    max: 1000,
    when: CHOSEN,
  },
  {
    name: 'window',
    label: msg`Look back`,
    help: msg`For the hedge ratio, the spread and the choice`,
    type: 'number',
    unit: 'bars',
    min: 5,
    max: 10_000,
  },
  {
    name: 'every',
    label: msg`Choose anew`,
    type: 'number',
    unit: 'bars',
    min: 1,
    max: 10_000,
    when: CHOSEN,
  },
  zscore('enter', msg`Enter beyond`, 0.1),
  zscore('exit', msg`Leave within`, 0),
  {
    ...zscore('stop', msg`Give up beyond`, 0.1),
    type: 'number',
    min: 0.1,
    max: 1000,
    unit: 'sigma',
    empty: msg`never`,
  },
  GROSS,
];

const WINDOW: Parameter = {
  name: 'window',
  label: msg`Covariance over`,
  type: 'number',
  unit: 'bars',
  min: 5,
  max: 10_000,
};

const SHRINKAGE: Parameter = {
  name: 'shrinkage',
  label: msg`Shrinkage`,
  help: msg`Part of each covariance taken off; for few bars`,
  type: 'number',
  unit: 'percent',
  min: 0,
  max: 100,
  step: 5,
};

type Form = { idea: Parameter[]; more: Parameter[] };

/** What is in sight, and what stands in the folded group. */
export const FORMS: Record<Kind, Form> = {
  ranked: { idea: RANKED, more: [...CONSTRUCTION, ...OVERLAY] },
  rule: { idea: RULE, more: EXITS },
  equal_weight: { idea: [REBALANCE], more: OVERLAY },
  risk_parity: { idea: [WINDOW, REBALANCE], more: [SHRINKAGE, TRUNCATION, GROSS, ...OVERLAY] },
  pairs: { idea: PAIRS, more: [] },
};

const NO_OVERLAY = {
  threshold: null,
  volatility_target: null,
  volatility_window: 60,
  volatility_cap: 1,
};

/** The usual values of each kind. */
export const USUAL: Record<Kind, Values> = {
  ranked: {
    score: '',
    top: 6,
    bottom: 0,
    rebalance: 'weekly',
    gross: 1,
    weighting: 'equal',
    decay: 0,
    neutralise: 'none',
    truncation: null,
    buffer: 0,
    minimum_bars: 0,
    maximum_bars: null,
    ...NO_OVERLAY,
  },
  rule: {
    entries: '',
    exits: null,
    weight: null,
    stop_loss: null,
    take_profit: null,
    trailing: null,
    distance: 'fraction',
    atr_window: 20,
    maximum_bars: null,
    cooldown: 0,
    sizing: 'weight',
    risk: 0.01,
    volatility_target: 0.1,
    volatility_window: 60,
    truncation: null,
  },
  equal_weight: { rebalance: 'weekly', ...NO_OVERLAY },
  risk_parity: {
    window: 252,
    shrinkage: 0,
    rebalance: 'monthly',
    gross: 1,
    truncation: null,
    ...NO_OVERLAY,
  },
  pairs: {
    first: null,
    second: null,
    count: 5,
    window: 252,
    every: 126,
    enter: 2,
    exit: 0,
    stop: null,
    gross: 1,
  },
};

/** What the values contradict, by parameter; the server says the rest. */
export function contradictions(kind: Kind, values: Values): Record<string, Parameter['label']> {
  const number = (name: string): number => Number(values[name] ?? 0);
  const found: Record<string, Parameter['label']> = {};
  if (kind === 'ranked') {
    if (number('top') + number('bottom') === 0 && values.weighting !== 'score') {
      found.top = msg`Hold or short one at least, or weight everything by score`;
    }
    if (values.maximum_bars != null && number('maximum_bars') < number('minimum_bars')) {
      found.maximum_bars = msg`Not below the least`;
    }
  }
  if (kind === 'rule') {
    const most = values.distance === 'atr' ? 100 : 0.999;
    for (const name of ['stop_loss', 'trailing']) {
      if (number(name) > most) found[name] = msg`Too far`;
    }
    if (values.sizing === 'risk' && values.stop_loss == null && values.trailing == null) {
      found.sizing = msg`Needs a stop loss or a trailing stop`;
    }
    if (values.weight === 0) found.weight = msg`Not zero`;
  }
  if (kind === 'pairs') {
    if (number('exit') >= number('enter')) found.exit = msg`Below the entry`;
    if (values.stop != null && number('stop') <= number('enter'))
      found.stop = msg`Beyond the entry`;
    if (Boolean(values.first) !== Boolean(values.second)) found.second = msg`Name both or neither`;
    else if (values.first && values.first === values.second) found.second = msg`Name two`;
  }
  return found;
}
