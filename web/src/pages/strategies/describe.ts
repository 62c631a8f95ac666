import type { I18n } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { formatNumber, formatPercent } from '@/lib/format';
import { REBALANCE, word } from '@/lib/words';

type Spec = Record<string, unknown>;

const text = (spec: Spec, name: string): string => String(spec[name] ?? '');
const number = (spec: Spec, name: string): number => Number(spec[name] ?? 0);
const given = (spec: Spec, name: string): boolean =>
  spec[name] !== null && spec[name] !== undefined;
const short = (value: number): string => formatNumber(value, Number.isInteger(value) ? 0 : 1);

/** A specification in one sentence. */
export function describeSpec(i18n: I18n, spec: Spec): string {
  const rebalance = word(i18n, REBALANCE, text(spec, 'rebalance')).toLowerCase();
  switch (spec.kind) {
    case 'ranked':
      return ranked(i18n, spec, rebalance);
    case 'rule': {
      const entries = text(spec, 'entries');
      const exits = text(spec, 'exits');
      return exits
        ? i18n._(msg`Holds from ${entries} until ${exits}`)
        : i18n._(msg`Holds while ${entries}`);
    }
    case 'risk_parity': {
      const window = number(spec, 'window');
      return i18n._(
        msg`Holds the universe so that each contributes the same risk of the last ${window} bars, ${rebalance}`,
      );
    }
    case 'pairs':
      return pairs(i18n, spec);
    default:
      return i18n._(msg`Holds the whole universe in equal parts, ${rebalance}`);
  }
}

function ranked(i18n: I18n, spec: Spec, rebalance: string): string {
  const score = spec.score ? text(spec, 'score') : i18n._(msg`scores of a model`);
  const top = number(spec, 'top');
  const bottom = number(spec, 'bottom');
  if (top + bottom === 0) return i18n._(msg`Weights everything by ${score}, ${rebalance}`);
  return bottom > 0
    ? i18n._(msg`Long the highest ${top}, short the lowest ${bottom} by ${score}, ${rebalance}`)
    : i18n._(msg`Holds the highest ${top} by ${score}, ${rebalance}`);
}

function pairs(i18n: I18n, spec: Spec): string {
  const enter = short(number(spec, 'enter'));
  const exit = short(number(spec, 'exit'));
  const window = number(spec, 'window');
  if (spec.first) {
    const [first, second] = [text(spec, 'first'), text(spec, 'second')];
    return i18n._(
      msg`Trades the spread of ${first} and ${second} back: in beyond ${enter} σ of ${window} bars, out within ${exit}`,
    );
  }
  const count = number(spec, 'count');
  return i18n._(
    msg`Trades the spreads of the ${count} closest pairs back: in beyond ${enter} σ of ${window} bars, out within ${exit}`,
  );
}

/** How a rule's positions end and how large they are, a phrase each. */
function describeExits(i18n: I18n, spec: Spec): string[] {
  const found: string[] = [];
  const away = (name: string): string =>
    spec.distance === 'atr'
      ? `${short(number(spec, name))} ATR`
      : formatPercent(number(spec, name), 1);
  if (given(spec, 'stop_loss')) {
    const size = away('stop_loss');
    found.push(i18n._(msg`Stop at ${size}`));
  }
  if (given(spec, 'take_profit')) {
    const size = away('take_profit');
    found.push(i18n._(msg`Target at ${size}`));
  }
  if (given(spec, 'trailing')) {
    const size = away('trailing');
    found.push(i18n._(msg`Trailing stop at ${size}`));
  }
  if (given(spec, 'maximum_bars')) {
    const most = number(spec, 'maximum_bars');
    found.push(i18n._(msg`Held ${most} bars at most`));
  }
  if (spec.sizing === 'risk') {
    const risk = formatPercent(number(spec, 'risk'), 1);
    found.push(i18n._(msg`Risks ${risk} each`));
  }
  if (spec.sizing === 'volatility') {
    const target = formatPercent(number(spec, 'volatility_target'), 1);
    found.push(i18n._(msg`Each ${target} volatile a year`));
  }
  return found;
}

/** What is done to the weights beyond the kind's usual way, a phrase each. */
export function describeConstruction(i18n: I18n, spec: Spec): string[] {
  if (spec.kind === 'rule') return describeExits(i18n, spec);
  const percent = (name: string): string => formatPercent(number(spec, name), 1);
  const found: string[] = [];
  if (number(spec, 'decay') > 1) {
    const decay = number(spec, 'decay');
    found.push(i18n._(msg`Score decayed over ${decay} bars`));
  }
  if (given(spec, 'neutralise') && spec.neutralise !== 'none') {
    const group = text(spec, 'neutralise');
    found.push(i18n._(msg`Neutral to ${group}`));
  }
  if (spec.weighting === 'score') found.push(i18n._(msg`Weights by score`));
  if (spec.weighting === 'inverse_volatility') found.push(i18n._(msg`Weights by 1 / volatility`));
  if (given(spec, 'truncation')) {
    const most = percent('truncation');
    found.push(i18n._(msg`At most ${most} a name`));
  }
  if (number(spec, 'buffer') > 0) {
    const buffer = number(spec, 'buffer');
    found.push(i18n._(msg`Kept until ${buffer} ranks below`));
  }
  if (number(spec, 'minimum_bars') > 0) {
    const least = number(spec, 'minimum_bars');
    found.push(i18n._(msg`Held ${least} bars at least`));
  }
  if (given(spec, 'maximum_bars')) {
    const most = number(spec, 'maximum_bars');
    found.push(i18n._(msg`Held ${most} bars at most`));
  }
  if (given(spec, 'threshold')) {
    const band = percent('threshold');
    found.push(i18n._(msg`Trades when a weight is off by ${band}`));
  }
  if (given(spec, 'volatility_target')) {
    const target = percent('volatility_target');
    found.push(i18n._(msg`Scaled to ${target} volatility a year`));
  }
  return found;
}
