/** Names of what evaluations say by key, to be shown with `word(i18n, …)`. */
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';

type Words = Record<string, MessageDescriptor>;

export const REGIMES: Words = {
  calm: msg`calm`,
  usual: msg`usual`,
  wild: msg`wild`,
  falling: msg`falling`,
  rising: msg`rising`,
};

export const VIEWS: Words = {
  prices: msg`prices`,
  macro: msg`macro series`,
  fundamentals: msg`fundamentals`,
  sentiment: msg`news and their tone`,
};

export const LEAK_STATES: Words = {
  passed: msg`passed`,
  suspicious: msg`suspicious`,
  failed: msg`leaks`,
  unknown: msg`not known`,
};

export const CHECKS: Words = {
  prefix: msg`History that ends early`,
  overlap: msg`Labels that reach into the test`,
  foresight: msg`Returns to come in features`,
  scaler: msg`Scalers of other rows`,
  embargo: msg`A longer embargo`,
  shuffled: msg`Labels of others`,
};

export const CHECK_ABOUT: Words = {
  prefix: msg`Features computed on data that was known at three earlier days have to equal the kept values. Told is the share of values that differ.`,
  overlap: msg`No label of a training row may touch the bars of its test fold. Told is the number of rows that do.`,
  foresight: msg`No feature known in time has a rank IC of 0.2 or more with a return that is still to come; from 0.1 it is suspicious.`,
  scaler: msg`Scaler of bundle and folds against the statistics of their own training rows; folds fitted so have to give the kept scores.`,
  embargo: msg`Trained on labels that ended a horizon earlier. A skill that needs the newest labels may come from the overlap.`,
  shuffled: msg`Trained on returns that belong to other names of the same bar. What is found then was not learned.`,
};

export const WHERE: Words = {
  gap: msg`with the gap to the next open`,
  next_close: msg`with the return to the next close`,
  next_open: msg`with the return from the next open to the one after`,
  label: msg`with the label's return`,
  all_rows: msg`equals the statistics of all rows`,
};

export const FINDINGS: Words = {
  bundle: msg`the bundle`,
  predictions: msg`kept scores, largest distance in deviations`,
  embargo: msg`share of the rank IC that is lost`,
  shuffled: msg`rank IC on labels of others`,
};
