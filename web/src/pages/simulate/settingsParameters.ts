/** The account's settings in groups, as the form asks for them; names are the API's. */
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { BacktestCreate } from '@/lib/queries/backtests';
import { type Parameter, readPairs, type Values, writePairs } from './parameter';

export type Settings = NonNullable<BacktestCreate['settings']>;

export const DEFAULTS: Required<Settings> = {
  start: null,
  end: null,
  initial_cash: 100_000,
  currency: null,
  cash_flows: [],
  fill: 'next_open',
  delay: 1,
  size_at: 'decision',
  participation: null,
  rest: 'carry',
  lot: 0,
  tick: 0,
  commission_bps: 5,
  commission_per_share: 0,
  commission_per_order: 0,
  commission_minimum: 0,
  commission_maximum_bps: null,
  commission_tiers: [],
  half_spread_bps: 5,
  slippage: 'none',
  slippage_coefficient: 0,
  impact_window: 20,
  cash_interest: 0,
  debit_interest: null,
  borrow_fee: 0,
  borrow_fees: {},
  leverage: null,
  maintenance: null,
  limit_gross: null,
  limit_net: null,
  limit_name: null,
  limit_sector: null,
  limit_loss: null,
  stale_bars: 10,
  delisting: 'last',
  delisting_returns: {},
  sectors: 'sector',
  benchmark: null,
  seed: 0,
};

type Number = Extract<Parameter, { type: 'number' }>;
type Rest = Partial<Omit<Number, 'name' | 'label' | 'type'>>;

const number = (name: keyof Settings, label: MessageDescriptor, rest: Rest): Parameter => ({
  name,
  label,
  type: 'number',
  min: 0,
  max: 1e9,
  ...rest,
});

const byKey = {
  type: 'lines' as const,
  placeholder: 'XNYS:GE 0.02',
  read: (text: string): unknown => {
    const pairs = readPairs(text);
    return pairs && Object.fromEntries(pairs);
  },
  write: (value: unknown): string => writePairs(Object.entries((value ?? {}) as Values)),
};

const FILLS: Parameter[] = [
  {
    name: 'fill',
    label: msg`Fill`,
    help: msg`The price that orders get`,
    type: 'choice',
    choices: [
      { value: 'next_open', label: msg`Next open` },
      { value: 'next_close', label: msg`Next close` },
      { value: 'same_close', label: msg`Same close`, note: msg`Optimistic: nobody can trade it` },
    ],
  },
  number('delay', msg`Delay`, {
    help: msg`From decision to fill`,
    unit: 'bars',
    min: 1,
    max: 250,
    when: (values) => values.fill !== 'same_close',
  }),
  {
    name: 'size_at',
    label: msg`Shares counted at`,
    help: msg`The price that turns weights into shares`,
    type: 'choice',
    choices: [
      { value: 'decision', label: msg`Decision's close` },
      { value: 'fill', label: msg`Fill's price` },
    ],
  },
  number('participation', msg`Participation`, {
    help: msg`Largest share of a bar's volume`,
    unit: 'percent',
    min: 0.01,
    max: 100,
    empty: msg`no limit`,
  }),
  {
    name: 'rest',
    label: msg`What volume did not allow`,
    type: 'choice',
    choices: [
      { value: 'carry', label: msg`Is carried on` },
      { value: 'cancel', label: msg`Is cancelled` },
    ],
    when: (values) => values.participation != null,
  },
  number('lot', msg`Lot`, { help: msg`0: fractions of shares`, unit: 'shares' }),
  number('tick', msg`Tick`, { help: msg`0: any price`, unit: 'cash', max: 1e6, step: 0.01 }),
];

const slips = (values: Values): boolean => values.slippage !== 'none';

const COSTS: Parameter[] = [
  number('commission_bps', msg`Commission`, { help: msg`Of the value`, unit: 'bps', max: 999 }),
  number('half_spread_bps', msg`Half spread`, { help: msg`On each fill`, unit: 'bps', max: 999 }),
  number('commission_per_share', msg`Commission per share`, { unit: 'cash', step: 0.001 }),
  number('commission_per_order', msg`Commission per order`, { unit: 'cash', step: 0.5 }),
  number('commission_minimum', msg`Least commission`, {
    help: msg`Of an order`,
    unit: 'cash',
    step: 0.5,
  }),
  number('commission_maximum_bps', msg`Most commission`, {
    help: msg`Of an order's value`,
    unit: 'bps',
    min: 0.01,
    max: 9_999,
    empty: msg`no cap`,
  }),
  {
    name: 'slippage',
    label: msg`Slippage`,
    help: msg`From what was known at the decision`,
    type: 'choice',
    choices: [
      { value: 'none', label: msg`None` },
      { value: 'fixed', label: msg`Fixed`, note: msg`So many basis points` },
      { value: 'volatility', label: msg`Volatility`, note: msg`A multiple of a bar's σ` },
      {
        value: 'volume_share',
        label: msg`Volume share`,
        note: msg`Impact × squared share of volume`,
      },
      { value: 'square_root', label: msg`Square root`, note: msg`Y·σ·√(Q/ADV)` },
    ],
  },
  number('slippage_coefficient', msg`Slippage coefficient`, {
    help: msg`Fixed: bp; square root: Y, about 1; volume share: 0.1`,
    max: 999,
    step: 0.1,
    when: slips,
  }),
  number('impact_window', msg`σ and volume over`, {
    unit: 'bars',
    min: 2,
    max: 1000,
    when: slips,
  }),
  {
    name: 'commission_tiers',
    label: msg`Commission tiers`,
    help: msg`Value traded in the month, and bp from there on`,
    type: 'lines',
    placeholder: '1000000 3',
    read: (text) => {
      const pairs = readPairs(text)?.map(([from, bps]) => [Number(from), bps]);
      return pairs?.every(([from]) => Number.isFinite(from)) ? pairs : null;
    },
    write: (value) => writePairs((value ?? []) as [unknown, unknown][]),
  },
];

const FINANCING: Parameter[] = [
  number('cash_interest', msg`Interest on cash`, { unit: 'yearly', max: 100, step: 0.5 }),
  number('debit_interest', msg`Interest on debt`, {
    unit: 'yearly',
    max: 100,
    step: 0.5,
    empty: msg`as on cash`,
  }),
  number('borrow_fee', msg`Borrowing`, {
    help: msg`On what is short`,
    unit: 'yearly',
    max: 100,
    step: 0.5,
  }),
  number('leverage', msg`Leverage`, {
    help: msg`Gross value in equities; empty: a cash account`,
    unit: 'times',
    min: 0.01,
    max: 100,
    step: 0.5,
    empty: msg`cash account`,
  }),
  number('maintenance', msg`Maintenance`, {
    help: msg`Less equity of the gross value is a margin call`,
    unit: 'percent',
    min: 0.1,
    max: 99,
    empty: msg`none`,
    when: (values) => values.leverage != null || values.maintenance != null,
  }),
  {
    name: 'currency',
    label: msg`Account's currency`,
    help: msg`Others are converted by a dataset with their rates, such as EURUSD`,
    type: 'choice',
    choices: [
      { value: '', label: msg`That of its instruments` },
      { value: 'USD', label: msg`US dollar` },
      { value: 'EUR', label: msg`Euro` },
      { value: 'GBP', label: msg`Pound sterling` },
      { value: 'PLN', label: msg`Polish zloty` },
      { value: 'CHF', label: msg`Swiss franc` },
      { value: 'JPY', label: msg`Japanese yen` },
      { value: 'CAD', label: msg`Canadian dollar` },
      { value: 'AUD', label: msg`Australian dollar` },
    ],
  },
  { name: 'borrow_fees', label: msg`Borrowing by instrument`, ...byKey },
  {
    name: 'cash_flows',
    label: msg`Deposits and withdrawals`,
    help: msg`A date and an amount`,
    type: 'lines',
    placeholder: '2016-01-04 10000',
    read: (text) => readPairs(text)?.map(([date, amount]) => ({ date, amount })) ?? null,
    write: (value) =>
      writePairs(
        ((value ?? []) as { date: string; amount: number }[]).map((one) => [one.date, one.amount]),
      ),
  },
];

const limit = (name: keyof Settings, label: MessageDescriptor, rest: Rest): Parameter =>
  number(name, label, { min: 0.01, max: 100, step: 0.1, empty: msg`no limit`, ...rest });

const LIMITS: Parameter[] = [
  limit('limit_gross', msg`Gross`, { help: msg`Long and short, in equities`, unit: 'times' }),
  limit('limit_net', msg`Net`, { help: msg`Long less short`, unit: 'times', min: 0 }),
  limit('limit_name', msg`One name`, { unit: 'percent', max: 10_000, min: 0.1, step: 1 }),
  limit('limit_sector', msg`One sector`, {
    help: msg`Needs a classification`,
    unit: 'percent',
    max: 10_000,
    min: 0.1,
    step: 1,
  }),
  limit('limit_loss', msg`Loss`, {
    help: msg`From the peak; then all is sold for good`,
    unit: 'percent',
    min: 0.1,
    max: 99,
    step: 1,
  }),
];

const DELISTING: Parameter[] = [
  number('stale_bars', msg`Ends after`, {
    help: msg`Bars without a price`,
    unit: 'bars',
    min: 1,
    max: 1000,
  }),
  {
    name: 'delisting',
    label: msg`What is paid then`,
    type: 'choice',
    choices: [
      { value: 'last', label: msg`The last price` },
      { value: 'exchange', label: msg`Less, by exchange`, note: msg`NYSE −30 %, Nasdaq −55 %` },
    ],
  },
  {
    name: 'delisting_returns',
    label: msg`Known delisting returns`,
    ...byKey,
    placeholder: 'XNAS:ABC -0.55',
  },
];

export type Group = { key: string; title: MessageDescriptor; parameters: Parameter[] };

export const GROUPS: Group[] = [
  { key: 'costs', title: msg`Costs`, parameters: COSTS },
  { key: 'fills', title: msg`Fills`, parameters: FILLS },
  { key: 'financing', title: msg`Financing`, parameters: FINANCING },
  { key: 'limits', title: msg`Limits`, parameters: LIMITS },
  { key: 'delisting', title: msg`Delisting`, parameters: DELISTING },
];

export const ALL: Parameter[] = GROUPS.flatMap((group) => group.parameters);

type Preset = { key: string; label: MessageDescriptor; note: MessageDescriptor; values: Values };

const FREE: Values = Object.fromEntries(
  COSTS.map(({ name }) => [name, DEFAULTS[name as keyof Settings]]),
);

/** Costs of well-known kinds of trader. Each sets every cost, so that nothing of the last one stays. */
export const PRESETS: Preset[] = [
  {
    key: 'free',
    label: msg`No costs`,
    note: msg`To see what the idea earns before anybody is paid`,
    values: { ...FREE, commission_bps: 0, half_spread_bps: 0, borrow_fee: 0, debit_interest: null },
  },
  {
    key: 'retail',
    label: msg`Retail`,
    note: msg`At least 1 an order, whole shares, 5 bp of spread, 3 % for shorts`,
    values: {
      ...FREE,
      commission_bps: 2,
      commission_minimum: 1,
      half_spread_bps: 5,
      borrow_fee: 0.03,
      debit_interest: 0.07,
      lot: 1,
    },
  },
  {
    key: 'institutional',
    label: msg`Institutional`,
    note: msg`1 bp, square-root impact, a tenth of the volume`,
    values: {
      ...FREE,
      commission_bps: 1,
      half_spread_bps: 2,
      slippage: 'square_root',
      slippage_coefficient: 1,
      participation: 0.1,
      borrow_fee: 0.005,
      debit_interest: 0.02,
    },
  },
  {
    key: 'pessimistic',
    label: msg`Pessimistic`,
    note: msg`10 bp and 10 bp, a tenth of σ, a bar later, delisted shares lose`,
    values: {
      ...FREE,
      commission_bps: 10,
      half_spread_bps: 10,
      slippage: 'volatility',
      slippage_coefficient: 0.1,
      borrow_fee: 0.05,
      debit_interest: 0.08,
      delay: 2,
      delisting: 'exchange',
    },
  },
];

/** Every setting that a preset touches, in its usual value: what a preset starts from. */
const TOUCHED: Values = Object.fromEntries(
  [...new Set(PRESETS.flatMap((one) => Object.keys(one.values)))].map((name) => [
    name,
    DEFAULTS[name as keyof Settings],
  ]),
);

export const presetValues = (preset: Preset): Values => ({ ...TOUCHED, ...preset.values });

/** The preset that the settings are, if any. */
export const presetOf = (settings: Settings): string | undefined =>
  PRESETS.find((preset) =>
    Object.entries(presetValues(preset)).every(
      ([name, value]) =>
        JSON.stringify(settings[name as keyof Settings] ?? null) === JSON.stringify(value ?? null),
    ),
  )?.key;
