import { Trans, useLingui } from '@lingui/react/macro';
import { Check, X } from 'lucide-react';
import { formatInteger, formatNumber, formatPercent, NONE } from '@/lib/format';
import type { Promotion, PromotionCheck } from '@/lib/queries/registry';
import { GATE_CHECKS, word } from '@/lib/words';

/** A figure of a check as people read it. */
function figure(key: PromotionCheck['key'], value: number | boolean | null): string {
  if (typeof value !== 'number') return NONE;
  switch (key) {
    case 'probability':
    case 'positive_folds':
      return formatPercent(value, 0);
    case 'age':
      return formatInteger(Math.round(value));
    default:
      return formatNumber(value, 2);
  }
}

/** Every threshold of the gate beside what the version has. */
export function Checks({ promotion }: { promotion: Promotion }) {
  const { t, i18n } = useLingui();
  return (
    <table className="w-full text-12 tabular" aria-label={t`What the gate asks for`}>
      <thead className="text-left text-text-3">
        <tr>
          <th scope="col" className="py-1 font-normal">
            <Trans>Threshold</Trans>
          </th>
          <th scope="col" className="py-1 text-right font-normal">
            <Trans>Wanted</Trans>
          </th>
          <th scope="col" className="py-1 text-right font-normal">
            <Trans>This version</Trans>
          </th>
          <th scope="col" className="w-8">
            <span className="sr-only">
              <Trans>Passed</Trans>
            </span>
          </th>
        </tr>
      </thead>
      <tbody>
        {promotion.checks.map((check) => (
          <tr key={check.key} className="border-line-soft border-t">
            <th scope="row" className="py-1 text-left font-normal">
              {word(i18n, GATE_CHECKS, check.key)}
            </th>
            <td className="text-right text-text-2">
              <Wanted check={check} />
            </td>
            <td className="text-right">
              <Has check={check} />
            </td>
            <td className="text-right">
              {check.passed ? (
                <Check className="ml-auto size-3.5 text-gain" aria-label={t`passed`} />
              ) : (
                <X className="ml-auto size-3.5 text-loss" aria-label={t`failed`} />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Wanted({ check: { key, threshold } }: { check: PromotionCheck }) {
  if (typeof threshold === 'boolean') {
    if (key === 'measured') return <Trans>yes</Trans>;
    return threshold ? <Trans>either will do</Trans> : <Trans>yes</Trans>;
  }
  const value = figure(key, threshold);
  return key === 'age' ? <span>{`≤ ${value}`}</span> : <span>{`≥ ${value}`}</span>;
}

function Has({ check: { key, value } }: { check: PromotionCheck }) {
  if (key === 'measured') return value ? <Trans>yes</Trans> : <Trans>no</Trans>;
  if (typeof value === 'boolean') return value ? <Trans>no</Trans> : <Trans>yes</Trans>;
  return <span>{figure(key, value)}</span>;
}
