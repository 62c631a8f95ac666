/** Parameters of each kind of strategy, as the form asks for them. */
import { msg } from '@lingui/core/macro';
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

const GROSS: Parameter = {
  name: 'gross',
  label: msg`Gross exposure`,
  help: msg`Sum of all weights, long and short`,
  type: 'number',
  unit: 'percent',
  min: 1,
  max: 1000,
};

const TRUNCATION: Parameter = {
  name: 'truncation',
  label: msg`Truncation`,
  help: msg`Largest weight of a name; the rest goes to the others of its side`,
  type: 'number',
  unit: 'percent',
  min: 0.1,
  max: 1000,
  empty: msg`none`,
};

const OVERLAY: Parameter[] = [
  {
    name: 'threshold',
    label: msg`Threshold`,
    help: msg`Trades only when some weight is off by more`,
    type: 'number',
    unit: 'percent',
    min: 0,
    max: 99,
    step: 0.5,
    empty: msg`none`,
  },
  {
    name: 'volatility_target',
    label: msg`Volatility target`,
    help: msg`Scales all weights by target over realised volatility`,
    type: 'number',
    unit: 'yearly',
    min: 0.1,
    max: 1000,
    empty: msg`none`,
  },
  {
    name: 'volatility_window',
    label: msg`Volatility over`,
    help: msg`For the target, and for weights by volatility`,
    type: 'number',
    unit: 'bars',
    min: 2,
    max: 10_000,
  },
  {
    name: 'volatility_cap',
    label: msg`Largest scaling`,
    help: msg`Above 1 needs leverage in the settings`,
    type: 'number',
    unit: 'times',
    min: 0.01,
    max: 100,
    step: 0.1,
    when: (values) => values.volatility_target != null,
  },
];

const CONSTRUCTION: Parameter[] = [
  {
    name: 'weighting',
    label: msg`Weights`,
    help: msg`By score with 0 and 0 names: everything, BRAIN's way`,
    type: 'choice',
    choices: [
      { value: 'equal', label: msg`Equal` },
      { value: 'score', label: msg`By score`, note: msg`By its distance from the mean` },
      { value: 'inverse_volatility', label: msg`By 1 / volatility`, note: msg`The calmest most` },
    ],
  },
  {
    name: 'decay',
    label: msg`Decay`,
    help: msg`Linear, of the score; 0: none`,
    type: 'number',
    unit: 'bars',
    min: 0,
    max: 1000,
  },
  {
    name: 'neutralise',
    label: msg`Neutralise`,
    help: msg`Takes the mean of the score off, before ranking`,
    type: 'choice',
    choices: [
      { value: 'none', label: msg`Nothing` },
      { value: 'market', label: msg`Market` },
      { value: 'sector', label: msg`Sector`, note: msg`Needs a classification` },
    ],
  },
  TRUNCATION,
  {
    name: 'buffer',
    label: msg`Buffer`,
    help: msg`Ranks a held name may fall below the top`,
    type: 'number',
    unit: 'names',
    min: 0,
    max: 10_000,
  },
  {
    name: 'minimum_bars',
    label: msg`Hold at least`,
    type: 'number',
    unit: 'bars',
    min: 0,
    max: 100_000,
  },
  {
    name: 'maximum_bars',
    label: msg`Hold at most`,
    type: 'number',
    unit: 'bars',
    min: 1,
    max: 100_000,
    empty: msg`no limit`,
  },
  GROSS,
];

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

const atr = (values: Values): boolean => values.distance === 'atr';

/** A distance in fractions of the price or, by another parameter, in average true ranges. */
const away = (name: string, label: Parameter['label'], help: Parameter['label']): Parameter[] => [
  {
    name,
    label,
    help,
    type: 'number',
    unit: 'percent',
    min: 0.01,
    max: name === 'take_profit' ? 10_000 : 99.9,
    step: 0.5,
    empty: msg`none`,
    when: (values) => !atr(values),
  },
  {
    name,
    label,
    help,
    type: 'number',
    unit: 'ranges',
    min: 0.01,
    max: 100,
    step: 0.1,
    empty: msg`none`,
    when: atr,
  },
];

const EXITS: Parameter[] = [
  ...away('stop_loss', msg`Stop loss`, msg`From the entry's price; may fill in its bar`),
  ...away('take_profit', msg`Take profit`, msg`From the entry's price`),
  ...away('trailing', msg`Trailing stop`, msg`From the best price up to the bar before`),
  {
    name: 'distance',
    label: msg`Distances in`,
    type: 'choice',
    choices: [
      { value: 'fraction', label: msg`Percent of the price` },
      { value: 'atr', label: msg`Average true ranges`, note: msg`As known at the decision` },
    ],
  },
  {
    name: 'atr_window',
    label: msg`ATR over`,
    type: 'number',
    unit: 'bars',
    min: 2,
    max: 10_000,
    when: atr,
  },
  {
    name: 'maximum_bars',
    label: msg`Hold at most`,
    help: msg`From the entry's fill`,
    type: 'number',
    unit: 'bars',
    min: 1,
    max: 100_000,
    empty: msg`no limit`,
  },
  {
    name: 'cooldown',
    label: msg`Rest after an exit`,
    type: 'number',
    unit: 'bars',
    min: 0,
    max: 100_000,
  },
  {
    name: 'sizing',
    label: msg`Sizing`,
    type: 'choice',
    choices: [
      { value: 'weight', label: msg`By weight` },
      { value: 'risk', label: msg`By risk`, note: msg`Each stop loses the same` },
      { value: 'volatility', label: msg`By volatility`, note: msg`Each moves the same` },
    ],
  },
  {
    name: 'risk',
    label: msg`Risk of each`,
    help: msg`Of the equity, lost at the stop`,
    type: 'number',
    unit: 'percent',
    min: 0.01,
    max: 100,
    step: 0.25,
    when: (values) => values.sizing === 'risk',
  },
  {
    name: 'volatility_target',
    label: msg`Volatility of each`,
    help: msg`Of the equity`,
    type: 'number',
    unit: 'yearly',
    min: 0.1,
    max: 1000,
    when: (values) => values.sizing === 'volatility',
  },
  {
    name: 'volatility_window',
    label: msg`Volatility over`,
    type: 'number',
    unit: 'bars',
    min: 2,
    max: 10_000,
    when: (values) => values.sizing === 'volatility',
  },
  {
    name: 'truncation',
    label: msg`Truncation`,
    help: msg`Largest position`,
    type: 'number',
    unit: 'percent',
    min: 0.1,
    max: 1000,
    empty: msg`all of the equity`,
    when: (values) => values.sizing !== 'weight',
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
