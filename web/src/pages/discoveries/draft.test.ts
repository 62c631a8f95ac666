import { describe, expect, it } from 'vitest';
import type { Dataset } from '@/lib/queries/datasets';
import type { Discovery } from '@/lib/queries/discoveries';
import { DEFAULTS, ofDiscovery, requestOf, usualContext, windowsAreSound } from './draft';

describe('the form of a discovery', () => {
  it('takes windows as people write them and refuses what is no window', () => {
    expect(windowsAreSound('5, 10;20 60')).toBe(true);
    for (const wrong of ['', '1', '5, x', '2.5', '501', Array(13).fill('5').join(' ')]) {
      expect(windowsAreSound(wrong), wrong).toBe(false);
    }
  });

  it('turns percent into fractions, and what is left open into null', () => {
    const made = requestOf({ ...DEFAULTS, falseDiscoveryRate: 5, windows: '5 20' }, 'u', ['s']);
    expect(made).toMatchObject({
      universe: 'u',
      context: ['s'],
      name: null,
      bars: null,
      question: null,
      windows: [5, 20],
      false_discovery_rate: 0.05,
      teaching: 0.35,
    });
  });

  it('comes back from a discovery as it went out', () => {
    const draft = { ...DEFAULTS, horizon: 3, falseDiscoveryRate: 7, windows: '5, 20', seed: 4 };
    const { universe: _, context, ...spec } = requestOf(draft, 'u', ['s']);
    const read = {
      spec,
      universe: { id: 'u' },
      bars: { id: 'b' },
      context: context?.map((id) => ({ id })),
      question: { id: 'q' },
    } as unknown as Discovery;
    expect(ofDiscovery(read)).toEqual({
      ...draft,
      universe: 'u',
      bars: 'b',
      context: ['s'],
      question: 'q',
    });
  });

  it('takes one loaded dataset of groups and one of series', () => {
    const set = (id: string, kind: string, latest: object | null): Dataset =>
      ({ id, kind, latest }) as unknown as Dataset;
    const some = [
      set('a', 'bars', {}),
      set('b', 'series', null),
      set('c', 'series', {}),
      set('d', 'classification', {}),
      set('e', 'series', {}),
    ];
    expect(usualContext(some)).toEqual(['d', 'c']);
    expect(usualContext(some.slice(0, 2))).toEqual([]);
  });
});
