import { Trans, useLingui } from '@lingui/react/macro';
import { REASONS } from '@/lib/backtestWords';
import { formatInteger, formatPercent } from '@/lib/format';
import type { Sweep } from '@/lib/queries/sweeps';
import { word } from '@/lib/words';
import { SweepBadge } from './SweepBadge';

/** The sentence that stands first: how many beat holding, and whether any is proven. */
export function Verdict({ sweep }: { sweep: Sweep }) {
  const { t, i18n } = useLingui();
  const { points, verdict, evidence } = sweep;
  const beat = formatInteger(sweep.beat_return);
  const all = formatInteger(points);
  const reasons = (verdict.params.reasons as string[] | undefined) ?? [];
  const luck = formatPercent(evidence.adjusted, 0);
  const against =
    evidence.against === 'universe' ? t`better than holding` : t`better than doing nothing`;
  return (
    <section
      aria-label={t`Verdict`}
      className="flex flex-wrap items-center gap-x-4 gap-y-1 rounded-xl border border-line bg-surface px-4 py-2.5"
    >
      <p className="text-18 font-semibold text-balance">
        {verdict.key === 'none_beats' && <Trans>None of {all} beats holding.</Trans>}
        {verdict.key === 'unproven' && (
          <Trans>
            {beat} of {all} beat holding; none is proven.
          </Trans>
        )}
        {verdict.key === 'proven' && (
          <Trans>
            {beat} of {all} beat holding; the strongest is more than luck.
          </Trans>
        )}
      </p>
      <SweepBadge verdict={verdict.key} />
      <p className="min-w-0 basis-full text-12 text-text-2 xl:basis-auto">
        <Trans>
          The strongest is {against} with {luck} certainty among so many tries; 95% would prove it.
        </Trans>{' '}
        {reasons.length > 0 && (
          <Trans>
            It cannot be proven here: {reasons.map((one) => word(i18n, REASONS, one)).join(', ')}.
          </Trans>
        )}
      </p>
    </section>
  );
}
