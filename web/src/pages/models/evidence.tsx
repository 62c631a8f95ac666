import { Trans } from '@lingui/react/macro';
import { formatInteger, formatNumber, formatPercent, formatSigned } from '@/lib/format';
import type { ModelVersion, RankIC } from '@/lib/queries/models';

/** A mean rank IC with its standard error. */
export function RankICText({ ic }: { ic: RankIC }) {
  return (
    <span className="tabular">
      {formatSigned(ic.mean, 4)}
      <span className="text-text-3"> ± {formatNumber(ic.standard_error, 4)}</span>
    </span>
  );
}

type Verdict = ModelVersion['verdict'];

/** The verdict as a sentence, with the number of trials it stands against. */
export function VerdictText({ verdict }: { verdict: Verdict }) {
  const trials = formatInteger(verdict.trials);
  return (
    <div className="flex flex-col gap-1 text-12">
      <p className="text-13 font-medium">
        {verdict.probability === null ? (
          <Trans>Not enough to judge, {trials} trials.</Trans>
        ) : (
          <Trans>
            {formatPercent(verdict.probability, 0)} not luck, {trials} trials.
          </Trans>
        )}
      </p>
      {verdict.reasons.map((reason) => (
        <p key={reason} className="text-text-2">
          {reason}
        </p>
      ))}
    </div>
  );
}
