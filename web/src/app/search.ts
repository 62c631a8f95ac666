/** What each page keeps in the URL. What does not parse falls back instead of failing. */
import { z } from 'zod';

const text = z.string().max(200).optional().catch(undefined);
const range = {
  from: z.number().optional().catch(undefined),
  to: z.number().optional().catch(undefined),
};

export const login = z.object({ next: text });
export const list = z.object({ q: text });
export const jobs = z.object({
  state: z
    .enum(['waiting', 'queued', 'running', 'done', 'failed', 'cancelled'])
    .optional()
    .catch(undefined),
});
export const alerts = z.object({
  /** Without it, those that nobody took notice of. */
  state: z.enum(['acknowledged', 'all']).optional().catch(undefined),
  kind: z
    .enum(['feature_drift', 'missing_values', 'score_drift', 'live_rank_ic', 'expired'])
    .optional()
    .catch(undefined),
  model: text,
  days: z.number().int().min(1).max(365).optional().catch(undefined),
});
export const dataset = z.object({
  tab: z.enum(['findings', 'quarantine', 'versions', 'about']).optional().catch(undefined),
  instrument: text,
  ...range,
});
export const features = z.object({
  tab: z.enum(['sets', 'features']).optional().catch(undefined),
  q: text,
  tags: text,
  owner: text,
  kind: z.enum(['price', 'macro', 'group', 'other']).optional().catch(undefined),
  retired: z.boolean().optional().catch(undefined),
  sort: text,
});
export const featureEditor = z.object({
  expression: z.string().max(4000).optional().catch(undefined),
  universe: text,
  on: text,
  span: z.number().int().min(20).max(5000).optional().catch(undefined),
  at: z.iso.date().optional().catch(undefined),
});
export const language = z.object({ q: text, family: text });
export const feature = z.object({
  tab: z.enum(['statistics', 'lineage', 'versions']).optional().catch(undefined),
  /** Versions that are compared: the later, the earlier. */
  a: z.number().int().positive().optional().catch(undefined),
  b: z.number().int().positive().optional().catch(undefined),
});
export const featureSet = z.object({
  tab: z.enum(['features', 'alike']).optional().catch(undefined),
  /** The computation that is watched. */
  job: text,
  pair: text,
});
export const modelVersion = z.object({
  tab: z
    .enum(['results', 'scores', 'evaluation', 'leaks', 'ablation', 'drift', 'lineage', 'card'])
    .optional()
    .catch(undefined),
  /** The drift report that is shown; the newest one without it. */
  report: text,
});
export const compareModels = z.object({
  /** Ids of versions with commas between; the first is the one that others are measured against. */
  ids: text,
});
export const newModel = z.object({
  /** A model that gets another version; the form is that of its newest one. */
  model: text,
  /** Features to learn from. */
  set: text,
});
export const admin = z.object({
  tab: z.enum(['accounts', 'gate', 'audit']).optional().catch(undefined),
});
export const backtests = z.object({ q: text, question: text });
export const backtest = z.object({
  instrument: text,
  ...range,
  side: z.enum(['long', 'short']).optional().catch(undefined),
  outcome: z.enum(['win', 'loss']).optional().catch(undefined),
  q: text,
  sort: text,
  trade: text,
  tab: z.enum(['trades', 'benchmarks', 'how']).optional().catch(undefined),
  view: z.enum(['orders', 'risk', 'attribution', 'robustness']).optional().catch(undefined),
  /** Which orders: those that were not wholly filled, or of one status. */
  status: text,
  rolling: z
    .enum(['sharpe', 'return', 'volatility', 'beta', 'turnover', 'exposure', 'names'])
    .optional()
    .catch(undefined),
  by: z.enum(['year', 'regime', 'sector', 'side', 'instrument']).optional().catch(undefined),
});
export const simulate = z.object({
  strategy: text,
  universe: text,
  /** A backtest whose settings are taken over. */
  from: text,
  expression: z.string().max(4000).optional().catch(undefined),
});
export const sweep = z.object({
  x: text,
  y: text,
  metric: text,
  over: z.enum(['best', 'mean', 'worst']).optional().catch(undefined),
  point: z.number().int().positive().optional().catch(undefined),
  sort: text,
});
export const newSweep = z.object({
  /** The job of a sweep that was posted from here: a reload comes back to it. */
  job: text,
  /** A sweep whose form is taken over. */
  from: text,
});
export const discovery = z.object({
  /** Which candidates: those that fell for this reason, or those that are kept. */
  reason: z
    .enum([
      'flat',
      'coverage',
      'suspicious',
      'unstable',
      'costly',
      'insignificant',
      'redundant',
      'kept',
    ])
    .optional()
    .catch(undefined),
  q: text,
  sort: text,
});
export const newPipeline = z.object({
  /** The feature set whose features are the candidates. */
  set: text,
});
export const newDiscovery = z.object({
  /** The job of a search that was posted from here: a reload comes back to it. */
  job: text,
  /** A discovery whose form is taken over. */
  from: text,
});
