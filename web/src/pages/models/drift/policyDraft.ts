/** A policy as the form holds it. */
import type { Monitor, Policy } from '@/lib/queries/monitors';

/** What the server takes when nothing is said. */
export const USUAL: Policy = {
  check_days: 1,
  recent_bars: 60,
  feature_psi: 0.25,
  feature_share: 0.2,
  missing: 0.1,
  score_psi: 0.25,
  score_ks: null,
  live_rank_ic: null,
  least_bars: 60,
  level: 0.05,
  retrain_days: null,
  retrain_on_drift: false,
  rest_days: 5,
  expires_days: null,
  refuse_expired: false,
};

/** What the server says of a policy, with null for what it leaves out. */
export function whole(said: Monitor['policy']): Policy {
  const known = Object.entries(said).filter(([, value]) => value !== undefined);
  return { ...USUAL, ...Object.fromEntries(known) };
}

const NEEDED = [
  'check_days',
  'recent_bars',
  'feature_share',
  'least_bars',
  'level',
  'rest_days',
] as const;

/** Whether every number that has to be there is; an emptied field holds none. */
export function isComplete(policy: Policy): boolean {
  return NEEDED.every((name) => typeof policy[name] === 'number');
}
