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
  nulls: msg`Missing values`,
  non_positive_price: msg`Prices not above zero`,
  high_below_low: msg`High below low`,
  duplicate: msg`Duplicate rows`,
  duplicates: msg`Duplicate rows`,
  gap: msg`Gaps in the calendar`,
  gaps: msg`Gaps in the calendar`,
  jump: msg`Jumps`,
  jumps: msg`Jumps`,
  stale: msg`Stale repeats`,
  stale_repeats: msg`Stale repeats`,
  zero_volume: msg`No volume`,
  same_series: msg`One series under many names`,
  unit_change: msg`Change of units`,
  ticker_reuse: msg`Ticker used again`,
};

export const MODEL_VERDICTS: Words = {
  not_luck: msg`Not luck`,
  unproven: msg`Unproven`,
};

export const LEARNERS: Words = {
  lightgbm_ranker: msg`LightGBM ranker`,
  ridge: msg`Ridge regression`,
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
