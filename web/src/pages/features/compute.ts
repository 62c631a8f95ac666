/** What is posted to compute a feature set: one job, or a chain that ends at the scoring service. Pure. */
import type { Schema } from '@/lib/client';

export type Wanted = {
  universe: string;
  bars: string;
  context: string[];
  /** Also measure, against the return over so many bars. */
  horizon: number | null;
  lag: number;
  /** Tell the scoring service of the new values when they are there. */
  publish: boolean;
};

type Chain = Schema<'ChainCreate'>;

export function chainOf(setVersion: string, name: string, wanted: Wanted): Chain {
  const { universe, bars, context, horizon, lag } = wanted;
  const input = {
    feature_set: setVersion,
    universe,
    bars,
    context,
    decision_lag_minutes: lag,
    ...(horizon === null ? {} : { horizon }),
  };
  const kind = horizon === null ? 'features.materialise' : 'features.compute';
  const jobs: Chain['jobs'] = [{ key: 'values', kind, name, input }];
  if (wanted.publish) {
    const after = { job: 'values', output: 'feature_values' };
    jobs.push({ key: 'publish', kind: 'models.publish_routes', input: { after } });
  }
  return { jobs };
}

/** What a training frame is to predict: a return, an expression, or nothing. */
export type LabelKind = 'return' | 'expression' | 'none';

export function frameChain(
  run: string,
  name: string,
  label: { kind: LabelKind; horizon: number | null; label: string },
): Chain {
  const input = {
    features: run,
    ...(label.kind === 'return' ? { horizon: label.horizon } : {}),
    ...(label.kind === 'expression' ? { label: label.label } : {}),
  };
  return { jobs: [{ key: 'frame', kind: 'features.frame', name, input }] };
}
