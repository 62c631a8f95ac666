import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { formatNumber, formatPercent, formatSigned } from '@/lib/format';
import type { ModelVersion, RankIC } from '@/lib/queries/models';
import { MODEL_REASONS, word } from '@/lib/words';

/** A mean rank IC with its standard error. */
export function RankICText({ ic }: { ic: RankIC }) {
  return (
    <span className="tabular">
      {formatSigned(ic.mean, 4)}
      <span className="text-text-3"> ± {formatNumber(ic.standard_error, 4)}</span>
    </span>
  );
}

/** The verdict as a sentence, with the number of trials it stands against and what speaks against it. */
export function VerdictText({ verdict }: { verdict: ModelVersion['verdict'] }) {
  const { i18n } = useLingui();
  const trials = plural(verdict.trials, { one: '# trial', other: '# trials' });
  return (
    <div className="flex flex-col gap-1.5 text-12">
      <p className="text-13 font-medium">
        {verdict.key === 'not_luck' && verdict.probability !== null ? (
          <Trans>
            {formatPercent(verdict.probability, 0)} not luck, {trials}
          </Trans>
        ) : (
          <Trans>Unproven, {trials}</Trans>
        )}
      </p>
      {verdict.reasons.length > 0 && (
        <ul className="list-disc pl-4 text-text-2">
          {verdict.reasons.map((reason) => (
            <li key={reason}>{word(i18n, MODEL_REASONS, reason)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
