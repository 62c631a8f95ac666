/** Names of what the API says by key, to be shown with `i18n._(…)`; an unknown key shows itself. */
import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';

type Words = Record<string, MessageDescriptor>;

export const JOB_KINDS: Words = {
  'datasets.ingest': msg`Read a file`,
  'datasets.release': msg`Release from quarantine`,
  'datasets.check': msg`Check quality`,
  'features.compute': msg`Compute features`,
  'features.materialise': msg`Bring feature values up to date`,
  'features.frame': msg`Make a training frame`,
  'models.train': msg`Train a model`,
  'pipelines.run': msg`Run an automated pipeline`,
  'models.import_bundle': msg`Import a bundle`,
  'models.export_onnx': msg`Export a model as ONNX`,
  'models.publish_routes': msg`Publish models for scoring`,
  'monitors.check': msg`Check a model for drift`,
  'monitors.challenge': msg`Put a challenger beside the champion`,
  'backtests.run': msg`Simulate`,
  'backtests.reproduce': msg`Reproduce a backtest`,
  'backtests.examine': msg`Examine a backtest`,
  'sweeps.run': msg`Sweep parameters`,
  'sweeps.part': msg`Part of a sweep`,
  'sweeps.reproduce': msg`Reproduce a sweep`,
  'discoveries.run': msg`Search for features`,
  'discoveries.reproduce': msg`Reproduce a discovery`,
  'evaluations.run': msg`Evaluate a model version`,
  'evaluations.check_leaks': msg`Check for leaks`,
  'evaluations.ablate': msg`Compare kinds of data`,
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
  training_frame: msg`Training frame`,
  model_version: msg`Model version`,
  backtest: msg`Backtest`,
  sweep: msg`Sweep`,
  discovery: msg`Discovery`,
  evaluation: msg`Evaluation`,
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
  dividend_told_twice: msg`Dividend told twice`,
  adjustment_contradicts: msg`Adjustment contradicts the actions`,
  mislabelled: msg`Labelled wrongly`,
};

/** What speaks against a model. */
export const MODEL_REASONS: Words = {
  imported: msg`It was trained elsewhere, and nothing of it was measured here.`,
  biased: msg`Its universe holds survivors only.`,
  interval: msg`Two standard errors of its rank IC reach zero.`,
  trials: msg`The best of so many trials is often as good by luck.`,
};

/** What the promotion gate asks of a version. */
export const GATE_CHECKS: Words = {
  measured: msg`Measured here`,
  ratio: msg`Rank IC over its standard error`,
  probability: msg`Not luck, after all trials`,
  positive_folds: msg`Folds with a rank IC above 0`,
  biased: msg`Universe without survivorship bias`,
  age: msg`Days since the end of its training data`,
};

/** What makes the figures of two versions hard to compare. */
export const RESERVATIONS: Words = {
  universe: msg`They rank different universes: a difference may be one of the instruments, not of the models.`,
  horizon: msg`They look at different horizons: their rank ICs answer different questions.`,
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
  histogram_boosting: msg`Histogram boosting`,
  xgboost: msg`XGBoost`,
  catboost: msg`CatBoost`,
  gru: msg`Recurrent network (GRU)`,
  ensemble: msg`Ensemble`,
};

export const STEPS: Words = {
  rank: msg`Ranks in the bar`,
  winsorise: msg`Winsorise`,
  pca: msg`Principal components`,
  dissimilarity: msg`Refuse dissimilar rows`,
  isolation: msg`Refuse isolated rows`,
};

export const STEP_HINTS: Words = {
  rank: msg`Each feature among the instruments`,
  winsorise: msg`Extremes become a quantile`,
  pca: msg`Fewer columns, not correlated`,
  dissimilarity: msg`Far from all that was learned from`,
  isolation: msg`Set apart by few cuts`,
};

export const STEP_PARAMETERS: Words = {
  'winsorise.tail': msg`Share of each tail`,
  'pca.variance': msg`Share of variance kept`,
  'dissimilarity.most': msg`Largest index`,
  'dissimilarity.reference': msg`Rows of reference`,
  'isolation.share': msg`Share refused`,
  'isolation.trees': msg`Trees of isolation`,
  'isolation.sample': msg`Rows of a tree`,
};

export const TARGETS: Words = {
  grade: msg`Grade of the return`,
  barrier: msg`First barrier met`,
  return: msg`Return`,
  excess: msg`Return over the mean`,
  scaled: msg`Return over volatility`,
  rank: msg`Rank of the return`,
  meta: msg`Whether a side pays`,
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
  max_depth: msg`Depth of a tree`,
  min_child_weight: msg`Weight of a leaf`,
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
