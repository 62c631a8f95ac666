/** Ideas to start from. A click fills the form; nothing runs before Simulate is pressed. */
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { type Draft, ofSpec } from './draft';
import type { Values } from './parameter';

export type Example = {
  key: string;
  title: MessageDescriptor;
  idea: MessageDescriptor;
  /** What the card shows in mono. */
  shown: string;
  spec: Values & { kind: string };
};

const ranked = (score: string, rest: Values): Pick<Example, 'shown' | 'spec'> => ({
  shown: score,
  spec: { kind: 'ranked', score, top: 6, bottom: 0, ...rest },
});

export const EXAMPLES: Example[] = [
  {
    key: 'winners',
    title: msg`Winners go on`,
    idea: msg`Hold what rose most in a year, the last month left out.`,
    ...ranked('delay(close, 21) / delay(close, 252) - 1', { rebalance: 'monthly' }),
  },
  {
    key: 'losers',
    title: msg`Losers come back`,
    idea: msg`Buy what fell most this week, sell what rose most.`,
    ...ranked('-ts_returns(close, 5)', { rebalance: 'weekly', bottom: 6 }),
  },
  {
    key: 'calm',
    title: msg`Calm beats wild`,
    idea: msg`Hold what moved least over three months.`,
    ...ranked('-ts_std(returns, 60)', { rebalance: 'monthly' }),
  },
  {
    key: 'high',
    title: msg`Near the high`,
    idea: msg`Hold what stands closest to its highest price of a year.`,
    ...ranked('close / ts_max(high, 252)', { rebalance: 'monthly' }),
  },
  {
    key: 'sector',
    title: msg`Best of its sector`,
    idea: msg`Momentum against the other names of the same sector.`,
    ...ranked('group_rank(delay(close, 21) / delay(close, 252), sector)', {
      rebalance: 'monthly',
    }),
  },
  {
    key: 'trend',
    title: msg`Above the long mean`,
    idea: msg`Hold a name while it closes above its mean of 200 days.`,
    shown: 'close > ts_mean(close, 200)',
    spec: { kind: 'rule', entries: 'close > ts_mean(close, 200)' },
  },
];

/** The draft that an example makes. */
export const take = (draft: Draft, example: Example): Draft => ({
  ...ofSpec(draft, example.spec),
  model: null,
});

/** The example that a draft still is, if any. */
export function exampleOf(draft: Draft): string | undefined {
  return EXAMPLES.find(({ spec: { kind, ...values } }) => {
    const mine = draft.specs[draft.kind];
    const same = Object.entries(values).every(([name, value]) => mine[name] === value);
    return draft.kind === kind && draft.model === null && same;
  })?.key;
}
