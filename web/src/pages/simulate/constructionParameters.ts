/** How chosen names become weights, as the form asks for it. */
import { msg } from '@lingui/core/macro';
import type { Parameter } from './parameter';

export const GROSS: Parameter = {
  name: 'gross',
  label: msg`Gross exposure`,
  help: msg`Sum of all weights, long and short`,
  type: 'number',
  unit: 'percent',
  min: 1,
  max: 1000,
};

export const TRUNCATION: Parameter = {
  name: 'truncation',
  label: msg`Truncation`,
  help: msg`Largest weight of a name; the rest goes to the others of its side`,
  type: 'number',
  unit: 'percent',
  min: 0.1,
  max: 1000,
  empty: msg`none`,
};

export const OVERLAY: Parameter[] = [
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

export const CONSTRUCTION: Parameter[] = [
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
