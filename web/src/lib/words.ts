/** Names of what the API says by key, to be shown with `i18n._(…)`; an unknown key shows itself. */
import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';

type Words = Record<string, MessageDescriptor>;

export const JOB_KINDS: Words = {
  'datasets.ingest': msg`Read a file`,
  'datasets.release': msg`Release from quarantine`,
  'datasets.check': msg`Check quality`,
  'features.compute': msg`Compute features`,
  'models.train': msg`Train a model`,
  'models.publish_routes': msg`Publish models for scoring`,
  'backtests.run': msg`Simulate`,
  'backtests.reproduce': msg`Reproduce a backtest`,
  'backtests.examine': msg`Examine a backtest`,
  'sweeps.run': msg`Sweep parameters`,
  'sweeps.part': msg`Part of a sweep`,
  'sweeps.reproduce': msg`Reproduce a sweep`,
  'discoveries.run': msg`Search for features`,
  'discoveries.reproduce': msg`Reproduce a discovery`,
};

export const JOB_STATES: Words = {
  waiting: msg`Waiting`,
  queued: msg`Queued`,
  running: msg`Running`,
  done: msg`Done`,
  failed: msg`Failed`,
  cancelled: msg`Cancelled`,
};

export const OUTPUTS: Words = {
  dataset_version: msg`Dataset version`,
  feature_values: msg`Feature values`,
  model_version: msg`Model version`,
  backtest: msg`Backtest`,
  sweep: msg`Sweep`,
  discovery: msg`Discovery`,
  run: msg`Run`,
};

export const DATASET_KINDS: Words = {
  bars: msg`Bars`,
  series: msg`Series`,
  events: msg`Events`,
  fundamentals: msg`Fundamentals`,
  actions: msg`Actions`,
  classification: msg`Classification`,
  membership: msg`Membership`,
};

export const DATASET_HINTS: Words = {
  bars: msg`Open, high, low, close, volume`,
  series: msg`Macro and other values over time, with vintages`,
  events: msg`News, sentiment, filings`,
  fundamentals: msg`Figures of companies' reports`,
  actions: msg`Dividends, splits, spin-offs`,
  classification: msg`Sectors and other groups`,
  membership: msg`Constituents of an index over time`,
};

export const SEVERITIES: Words = {
  error: msg`Error`,
  warning: msg`Warning`,
  info: msg`Note`,
};

/** Quality checks, by their key. */
export const CHECKS: Words = {
  null: msg`Missing values`,
  non_positive: msg`Prices not above zero`,
  ohlc: msg`High, low, open and close contradict`,
  negative_volume: msg`Negative volume`,
  duplicate_key: msg`Two rows for one bar`,
  repeated_rows: msg`Rows repeated`,
  future: msg`Rows from the future`,
  known_too_early: msg`Known before it happened`,
  gap: msg`Gaps in the calendar`,
  missing_period: msg`Missing periods`,
  spike: msg`A spike`,
  jump: msg`A jump`,
  stale: msg`Prices that stand still`,
  zero_volume: msg`No volume`,
  zero_means_missing: msg`Zero used for “missing”`,
  same_series: msg`One series under two names`,
  unit_change: msg`Change of units`,
  ticker_reuse: msg`Ticker used again`,
  split_like: msg`Looks like a split`,
  split_in_file: msg`Split not applied in the file`,
  split_undone: msg`Split undone`,
  dividend_too_large: msg`Dividend too large`,
  adjustment_contradicts: msg`Adjustment contradicts the actions`,
  mislabelled: msg`Labelled wrongly`,
};

/** What speaks against a model. */
export const MODEL_REASONS: Words = {
  biased: msg`Its universe holds survivors only.`,
  interval: msg`Two standard errors of its rank IC reach zero.`,
  trials: msg`The best of so many trials is often as good by luck.`,
};

/** What a version was made from. */
export const PIN_ROLES: Words = {
  bars: msg`Bars`,
  context: msg`Other data`,
  feature_set: msg`Feature set`,
  features: msg`Feature values`,
  model: msg`Model`,
  universe: msg`Universe`,
};

export const LEARNERS: Words = {
  lightgbm_ranker: msg`LightGBM ranker`,
  lightgbm_regressor: msg`LightGBM regressor`,
  lightgbm_classifier: msg`LightGBM classifier`,
  random_forest: msg`Random forest`,
  extra_trees: msg`Extra trees`,
  ridge: msg`Ridge regression`,
  elastic_net: msg`Elastic net`,
  logistic: msg`Logistic regression`,
  mlp: msg`Neural network`,
};

export const TARGETS: Words = {
  grade: msg`Grade of the return`,
  barrier: msg`First barrier met`,
  return: msg`Return`,
  excess: msg`Return over the mean`,
  scaled: msg`Return over volatility`,
  rank: msg`Rank of the return`,
};

export const LEARNER_PARAMETERS: Words = {
  trees: msg`Trees`,
  num_leaves: msg`Leaves of a tree`,
  learning_rate: msg`Learning rate`,
  min_data_in_leaf: msg`Rows of a leaf`,
  lambda_l2: msg`L2 penalty`,
  feature_fraction: msg`Share of features`,
  bagging_fraction: msg`Share of rows`,
  penalty: msg`Penalty`,
  l1_share: msg`L1 share`,
  units: msg`Units of a layer`,
  layers: msg`Hidden layers`,
  epochs: msg`Epochs`,
  batch: msg`Rows of a batch`,
};

export const REBALANCE: Words = {
  daily: msg`Daily`,
  weekly: msg`Weekly`,
  monthly: msg`Monthly`,
};

export const STRATEGY_KINDS: Words = {
  ranked: msg`Ranked`,
  rule: msg`Rule`,
  equal_weight: msg`Equal weight`,
  risk_parity: msg`Risk parity`,
  pairs: msg`Pairs`,
};

export const ROLES: Words = {
  admin: msg`Administrator`,
  user: msg`User`,
  viewer: msg`Viewer (reads only)`,
};

export function word(i18n: I18n, words: Words, key: string): string {
  const found = words[key];
  return found ? i18n._(found) : key.replaceAll(/[._]/g, ' ');
}
