/** Names of what automated pipelines say by key. */
import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { LEARNERS, word } from '@/lib/words';

type Words = Record<string, MessageDescriptor>;

export const PRESETS: Words = {
  fast: msg`Fast`,
  medium: msg`Medium`,
  best: msg`Best`,
};

export const BLENDS: Words = {
  rank_average: msg`Rank average`,
  greedy: msg`Greedy ensemble`,
  stack: msg`Stack, non-negative`,
  linear_stack: msg`Stack, linear`,
};

export const DROPPED: Words = {
  coverage: msg`known too seldom`,
  flat: msg`the same for all`,
  alike: msg`says the same as another`,
  unstable: msg`not picked again and again`,
};

/** Why a generated candidate did not go into the selection. */
export const SCREENED: Words = {
  flat: msg`the same for all`,
  coverage: msg`known too seldom`,
  suspicious: msg`too good to be true`,
  unstable: msg`another sign in most years`,
  costly: msg`earns nothing`,
  insignificant: msg`within luck`,
  redundant: msg`says the same as another`,
  surplus: msg`beyond the number that is kept`,
};

const ALONE: Words = {
  candidates: msg`Generate candidates`,
  select: msg`Select features`,
  blend: msg`Weigh the ensembles`,
  explain: msg`Measure importance`,
  board: msg`Draw up the leader board`,
};

/** A learner or a blend, by its key. */
export const entryName = (i18n: I18n, key: string): string =>
  word(i18n, { ...LEARNERS, ...BLENDS }, key);

/** A step in words: `tune ridge` → “Tune: Ridge regression”. */
export function stepName(i18n: I18n, name: string): string {
  const [verb = '', key] = name.split(' ');
  if (!key) return word(i18n, ALONE, name);
  const verbs: Words = {
    tune: msg`Tune`,
    score: msg`Score out of fold`,
    evaluate: msg`Evaluate`,
  };
  return `${word(i18n, verbs, verb)}: ${entryName(i18n, key)}`;
}
