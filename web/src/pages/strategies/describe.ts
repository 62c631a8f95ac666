import type { I18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { REBALANCE, word } from '@/lib/words';

/** A specification in one sentence. */
export function describeSpec(i18n: I18n, spec: Record<string, unknown>): string {
  const text = (name: string): string => String(spec[name] ?? '');
  const rebalance = word(i18n, REBALANCE, text('rebalance')).toLowerCase();
  if (spec.kind === 'ranked') {
    const score = spec.score ? text('score') : i18n._(msg`scores of a model`);
    const top = Number(spec.top ?? 0);
    const bottom = Number(spec.bottom ?? 0);
    return bottom > 0
      ? i18n._(msg`Long the highest ${top}, short the lowest ${bottom} by ${score}, ${rebalance}`)
      : i18n._(msg`Holds the highest ${top} by ${score}, ${rebalance}`);
  }
  if (spec.kind === 'rule') {
    const entries = text('entries');
    const exits = text('exits');
    return exits
      ? i18n._(msg`Holds from ${entries} until ${exits}`)
      : i18n._(msg`Holds while ${entries}`);
  }
  return i18n._(msg`Holds the whole universe in equal parts, ${rebalance}`);
}
