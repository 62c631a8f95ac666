import { Trans, useLingui } from '@lingui/react/macro';
import { formatInteger, formatPercent } from '@/lib/format';
import type { Discovery } from '@/lib/queries/discoveries';

/** What stands first: how many survive, and what luck alone would have shown. */
export function Sentence({ discovery }: { discovery: Discovery }) {
  const { t } = useLingui();
  const { funnel, luck, spec } = discovery;
  const survive = formatInteger(funnel.find((one) => one.step === 'insignificant')?.left ?? 0);
  const all = formatInteger(discovery.candidates);
  const rate = spec.false_discovery_rate ?? 0.1;
  const level = formatPercent(rate, rate < 0.01 ? 1 : 0);
  const tested = formatInteger(luck.tested);
  const below = formatInteger(luck.below_5);
  const expected = formatInteger(luck.expected_below_5);
  return (
    <section
      aria-label={t`Verdict`}
      className="flex shrink-0 flex-col gap-0.5 rounded-xl border border-line bg-surface px-4 py-2.5"
    >
      <p className="text-18 font-semibold text-balance">
        <Trans>
          {survive} of {all} candidates survive control of false discoveries at {level}.
        </Trans>
      </p>
      <p className="text-12 text-text-2">
        <Trans>
          On pure noise, at most {level} of such searches keep anything at all. Looked at one by
          one, {below} of {tested} seem significant at 5%; luck alone gives about {expected}.
        </Trans>
      </p>
    </section>
  );
}
