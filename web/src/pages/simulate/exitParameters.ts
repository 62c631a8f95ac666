/** How a rule by orders leaves and sizes its positions, as the form asks for it. */
import { msg } from '@lingui/core/macro';
import type { Parameter, Values } from './parameter';

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

export const EXITS: Parameter[] = [
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
