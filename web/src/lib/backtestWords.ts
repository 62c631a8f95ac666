/** Names and sentences of what a backtest says by key. */
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';

type Words = Record<string, MessageDescriptor>;

export const LABELS: Words = {
  biased: msg`Biased universe`,
  imported: msg`Imported`,
  price_return: msg`Price returns`,
  optimistic: msg`Optimistic fills`,
  backfilled: msg`Backfilled sectors`,
  partial_dividends: msg`Dividends of some only`,
  unadjusted: msg`Splits not taken out`,
  share_basis: msg`Shares of another day`,
};

export const LABEL_REASONS: Words = {
  biased: msg`The universe holds survivors only: those that failed are missing, so returns are too high.`,
  price_return: msg`Dividends are left out, here and in the benchmarks.`,
  optimistic: msg`Orders fill at the close they were decided on: nobody can trade these prices.`,
  backfilled: msg`A classification known from a later snapshot is used as if it had been known before.`,
  partial_dividends: msg`Dividends are known for some of the instruments only; comparisons favour those.`,
  unadjusted: msg`Prices are not adjusted for splits and no splits are given: one looks like a loss.`,
  share_basis: msg`Amounts for one share stand as printed, beside adjusted prices and without known splits.`,
};

export const TRUST: Words = {
  deflated_sharpe: msg`Deflated Sharpe`,
  beats_universe: msg`Beats its universe`,
  costs_doubled: msg`Costs doubled`,
  delayed: msg`One bar later`,
  random_entry: msg`Better than chance`,
  capacity: msg`Capacity`,
  look_ahead: msg`Look-ahead check`,
  track_record: msg`Long enough`,
  out_of_sample: msg`Out of sample`,
};

export const REASONS: Words = {
  biased: msg`its universe holds survivors only`,
  optimistic: msg`its fills are optimistic`,
  unadjusted: msg`its prices are not adjusted for splits`,
  costs: msg`costs eat what it makes`,
  interval: msg`the interval of its excess return holds zero`,
  trials: msg`the best of so many trials is often as good by luck`,
};

export const COSTS: Words = {
  commission: msg`Commission`,
  spread: msg`Spread`,
  slippage: msg`Slippage`,
  borrow: msg`Borrowing`,
  interest: msg`Interest`,
  all: msg`All costs`,
};

/** What became of an order. */
export const ORDER_STATUSES: Words = {
  filled: msg`Filled`,
  scaled: msg`Scaled to the cash`,
  partial: msg`Filled in part`,
  liquidated: msg`Liquidated`,
  limited: msg`Cut by a limit`,
  stopped: msg`Sold by the loss limit`,
  margin: msg`Margin call`,
  delisted: msg`Delisted`,
  unfilled_no_price: msg`No price`,
  unfilled_no_cash: msg`No cash`,
  unfilled_no_volume: msg`No volume`,
  unfilled_lot: msg`Less than a lot`,
  expired: msg`Expired`,
  cancelled: msg`Cancelled`,
  rejected: msg`Rejected`,
  working: msg`Still working`,
};

export const ORDER_KINDS: Words = {
  market: msg`Market`,
  limit: msg`Limit`,
  stop: msg`Stop`,
  stop_limit: msg`Stop limit`,
  trailing: msg`Trailing stop`,
};

/** Parts of an attribution whose keys are words. */
export const PART_KEYS: Words = {
  long: msg`Long`,
  short: msg`Short`,
  none: msg`No sector known`,
  rising: msg`Rising universe`,
  falling: msg`Falling universe`,
  calm: msg`Calm`,
  usual: msg`Usual`,
  wild: msg`Wild`,
  Monday: msg`Monday`,
  Tuesday: msg`Tuesday`,
  Wednesday: msg`Wednesday`,
  Thursday: msg`Thursday`,
  Friday: msg`Friday`,
  Saturday: msg`Saturday`,
  Sunday: msg`Sunday`,
};

export const VARIANTS: Words = {
  base: msg`As it is`,
  doubled_costs: msg`Costs doubled`,
  no_costs: msg`No costs`,
  one_bar_later: msg`One bar later`,
};

export const EXIT_REASONS: Words = {
  open: msg`Still open`,
  reduced: msg`Reduced`,
  exited: msg`Dropped`,
  flipped: msg`Reversed`,
  delisted: msg`Delisted`,
  stop: msg`Stop`,
  target: msg`Target`,
  trailing: msg`Trailing stop`,
  margin: msg`Margin call`,
  stopped: msg`Loss limit`,
};

export const PARTS: Words = {
  numbers: msg`the numbers`,
  code: msg`the code`,
  environment: msg`the environment`,
};
