/** The thresholds of a gate in one line. */
import { i18n } from '@lingui/core';
import { t } from '@lingui/core/macro';
import { formatInteger, formatNumber, formatPercent } from '@/lib/format';
import type { GateSpec } from '@/lib/queries/registry';
import { GATE_CHECKS, word } from '@/lib/words';

export function summary(spec: GateSpec): string {
  const asked: [string, string | null][] = [
    ['ratio', at(spec.least_ratio, (value) => `≥ ${formatNumber(value, 2)}`)],
    ['probability', at(spec.least_probability, (value) => `≥ ${formatPercent(value, 0)}`)],
    ['positive_folds', at(spec.least_positive_folds, (value) => `≥ ${formatPercent(value, 0)}`)],
    ['age', at(spec.most_age_days, (value) => `≤ ${formatInteger(value)}`)],
    ['biased', spec.biased ? null : t`yes`],
  ];
  const said = asked.flatMap(([key, value]) =>
    value === null ? [] : [`${word(i18n, GATE_CHECKS, key)} ${value}`],
  );
  return [(spec.aliases ?? []).join(', '), ...said].join(' · ');
}

function at(value: number | null | undefined, show: (value: number) => string): string | null {
  return value === null || value === undefined ? null : show(value);
}
