import { Trans, useLingui } from '@lingui/react/macro';
import { Badge, type BadgeTone } from '@/components/Badge';
import { Card } from '@/components/Card';
import { CHECK_ABOUT, CHECKS, FINDINGS, LEAK_STATES, WHERE } from '@/lib/evaluationWords';
import { formatInteger, formatNumber, formatSigned } from '@/lib/format';
import type { LeakCheck, LeakResult, Subject } from '@/lib/queries/evaluations';
import { word } from '@/lib/words';
import { DifferenceText } from './DifferenceText';
import { EvaluationFrame } from './EvaluationFrame';

const TONES: Record<LeakCheck['status'], BadgeTone> = {
  passed: 'good',
  suspicious: 'warn',
  failed: 'bad',
  unknown: 'neutral',
};

type LeakProps = { subject: Subject; input: Record<string, unknown>; name: string };

/** Six questions to a version, or to values with a label: did they know too much? */
export function LeakView({ subject, input, name }: LeakProps) {
  const { t } = useLingui();
  return (
    <EvaluationFrame
      kind="leaks"
      subject={subject}
      input={input}
      name={t`Check ${name} for leaks`}
      verb={<Trans>Check for leaks</Trans>}
      title={<Trans>Not checked for leaks yet.</Trans>}
      about={
        <Trans>
          Features are computed again on histories that end early, folds and scalers are compared
          with what they may know, returns to come are looked for in features, and the model is
          trained with a longer embargo and on labels that belong to others.
        </Trans>
      }
    >
      {(found) => found.leaks && <Answers result={found.leaks} />}
    </EvaluationFrame>
  );
}

function Answers({ result }: { result: LeakResult }) {
  const { t, i18n } = useLingui();
  return (
    <>
      <p className="text-13" role="status">
        <Badge tone={TONES[result.status]}>{word(i18n, LEAK_STATES, result.status)}</Badge>{' '}
        <span className="text-text-2">
          {result.status === 'passed' ? (
            <Trans>No check found a leak. That is no proof that there is none.</Trans>
          ) : result.status === 'failed' ? (
            <Trans>What these scores say cannot be believed until the cause is found.</Trans>
          ) : (
            <Trans>Look at what is marked before you believe the scores.</Trans>
          )}
        </span>
      </p>
      <div className="grid gap-3 lg:grid-cols-2 xl:grid-cols-3">
        {result.checks.map((check) => (
          <Card
            key={check.key}
            title={word(i18n, CHECKS, check.key)}
            actions={
              <Badge tone={TONES[check.status]}>{word(i18n, LEAK_STATES, check.status)}</Badge>
            }
          >
            <p className="text-12 text-text-2">{word(i18n, CHECK_ABOUT, check.key)}</p>
            <p className="pt-1 text-11 text-text-3 tabular">
              {t`looked at: ${formatInteger(check.examined)}`}
              {check.key === 'prefix' && result.cuts.length > 0 && (
                <>
                  {'; '}
                  {t`histories end on ${result.cuts.join(', ')}`}
                </>
              )}
            </p>
            <Trained check={check} />
            <Findings check={check} />
          </Card>
        ))}
      </div>
    </>
  );
}

function Trained({ check }: { check: LeakCheck }) {
  const { t } = useLingui();
  if (!check.other_ic) return null;
  const text = (ic: NonNullable<LeakCheck['ic']>): string =>
    `${formatSigned(ic.mean, 4)} ± ${formatNumber(ic.standard_error, 4)}`;
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-3 pt-2 text-12 tabular">
      {check.ic && (
        <>
          <dt className="text-text-3">{t`Rank IC as it is`}</dt>
          <dd className="text-right">{text(check.ic)}</dd>
        </>
      )}
      <dt className="text-text-3">{t`Rank IC changed`}</dt>
      <dd className="text-right">{text(check.other_ic)}</dd>
      {check.difference && (
        <>
          <dt className="text-text-3">{t`Difference, 95 %`}</dt>
          <dd className="text-right">
            <DifferenceText difference={check.difference} />
          </dd>
        </>
      )}
    </dl>
  );
}

function Findings({ check }: { check: LeakCheck }) {
  const { t, i18n } = useLingui();
  const subject = (key: string): string => {
    const fold = /^fold (\d+)$/.exec(key)?.[1];
    if (fold) return t`fold ${fold}`;
    // Any other is the name of a feature.
    return key in FINDINGS ? word(i18n, FINDINGS, key) : key;
  };
  if (check.findings.length === 0) return null;
  return (
    <ul className="pt-2 text-12">
      {check.findings.slice(0, 12).map((one) => (
        <li
          key={`${one.subject} ${one.where}`}
          className="flex justify-between gap-3 border-line-soft border-b py-1 last:border-0"
        >
          <span className="min-w-0 truncate">
            {subject(one.subject)}
            {one.where && <span className="text-text-3"> {word(i18n, WHERE, one.where)}</span>}
          </span>
          <span className="shrink-0 font-medium tabular">{formatSigned(one.value, 3)}</span>
        </li>
      ))}
    </ul>
  );
}
