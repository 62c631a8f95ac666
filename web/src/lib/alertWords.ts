/** What a check found, in words. */
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';

export const ALERTS: Record<string, MessageDescriptor> = {
  feature_drift: msg`Feature moved`,
  missing_values: msg`Values missing`,
  score_drift: msg`Scores moved`,
  live_rank_ic: msg`Live rank IC too low`,
  expired: msg`Too old`,
};
