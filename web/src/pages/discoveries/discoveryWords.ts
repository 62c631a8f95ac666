/** Names of families of candidates, of the steps of the funnel, and of why a candidate fell. */
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { Family, Reason } from '@/lib/queries/discoveries';

type Words<Key extends string> = Record<Key, MessageDescriptor>;

export const FAMILIES: Words<Family> = {
  momentum: msg`Momentum`,
  level: msg`Level`,
  volatility: msg`Volatility`,
  shape: msg`Shape`,
  comovement: msg`Comovement`,
  macro: msg`Macro`,
  relative: msg`Within groups`,
};

export const FAMILY_HINTS: Words<Family> = {
  momentum: msg`Returns, means and slopes over a window`,
  level: msg`Distance from a mean, a high, a low; ranks over time`,
  volatility: msg`Spread, its change, extremes`,
  shape: msg`Skewness, kurtosis, straightness`,
  comovement: msg`Correlation of two things over time`,
  macro: msg`Correlation with changes of macro series`,
  relative: msg`All of these once more, against the own group`,
};

/** Where a candidate that is of no family comes from. */
export const ORIGINS: Record<string, MessageDescriptor> = {
  ...FAMILIES,
  interaction: msg`Interaction`,
  evolved: msg`Bred`,
};

/** What is left after a step. */
export const STEPS: Words<Reason | 'generated'> = {
  generated: msg`Generated`,
  flat: msg`Tell instruments apart`,
  coverage: msg`Known often enough`,
  suspicious: msg`Believable`,
  unstable: msg`Same sign over the years`,
  costly: msg`Earn more than they cost`,
  insignificant: msg`Significant`,
  redundant: msg`Kept: each says something else`,
};

export const REASONS: Words<Reason> = {
  flat: msg`all alike`,
  coverage: msg`often unknown`,
  suspicious: msg`too good: a leak?`,
  unstable: msg`sign changes`,
  costly: msg`costs too much`,
  insignificant: msg`not significant`,
  redundant: msg`said already`,
};

export const EXPLAINED: Words<Reason> = {
  flat: msg`At too few bars does it order the instruments at all.`,
  coverage: msg`Too many of its cells are not known.`,
  suspicious: msg`An information coefficient this high is a leak until proven otherwise.`,
  unstable: msg`In too many years its sign is not that of the whole span.`,
  costly: msg`Holding its ranks earns nothing after costs.`,
  insignificant: msg`Luck among so many candidates explains it.`,
  redundant: msg`Another candidate says the same, and more clearly.`,
};
