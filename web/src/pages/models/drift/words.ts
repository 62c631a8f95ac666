/** Why something was trained anew, and why two cannot be compared, in words. */
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';

export const CAUSES: Record<string, MessageDescriptor> = {
  schedule: msg`by schedule`,
  drift: msg`after drift`,
  asked: msg`asked for`,
};

export const WHY_NOT: Record<string, MessageDescriptor> = {
  other_universe: msg`They were trained on different universes, so their rank ICs cannot be compared.`,
  other_bars: msg`They were trained on different bars, so their rank ICs cannot be compared.`,
  other_horizon: msg`Their horizons differ, so their rank ICs cannot be compared.`,
};
