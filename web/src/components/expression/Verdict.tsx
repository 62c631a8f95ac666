import { Trans, useLingui } from '@lingui/react/macro';
import { Check, Wrench } from 'lucide-react';
import { Button } from '@/components/Button';
import { type Fix, fixOf, placed } from '@/lib/expression/text';
import { formatInteger } from '@/lib/format';
import type { ExpressionCheck, ExpressionProblem } from '@/lib/queries/expressions';

type VerdictProps = {
  text: string;
  check: ExpressionCheck | undefined;
  onFix: (fix: Fix) => void;
};

/** What is known of an expression before it is computed, or what is wrong with it and how to mend it. */
export function Verdict({ text, check, onFix }: VerdictProps) {
  if (!check || !text.trim()) return <p className="min-h-5" />;
  if (check.ok) return <Sound check={check} />;
  return (
    <div role="alert">
      <ul className="flex flex-col gap-1.5 text-12">
        {(check.errors ?? []).map((error) => (
          <Wrong
            key={`${error.position}${error.message}`}
            error={placed(error, text)}
            text={text}
            onFix={onFix}
          />
        ))}
      </ul>
    </div>
  );
}

function Sound({ check }: { check: ExpressionCheck }) {
  const { t } = useLingui();
  const used = [...(check.fields ?? []), ...(check.series ?? []), ...(check.groups ?? [])];
  const kinds: Record<string, string> = {
    panel: t`values for each instrument`,
    series: t`one value for all instruments`,
    bool: t`a condition`,
    group: t`a group`,
  };
  return (
    <p className="flex min-h-5 flex-wrap items-center gap-x-3 text-11 text-text-2 tabular">
      <span className="inline-flex items-center gap-1 text-gain">
        <Check className="size-3" aria-hidden /> <Trans>sound</Trans>
      </span>
      <span>{t`looks back ${formatInteger(check.lookback)} bars`}</span>
      <span>
        {check.horizon
          ? t`looks ${formatInteger(check.horizon)} bars ahead`
          : t`reads nothing after its decision`}
      </span>
      <span>{t`costs ${formatInteger(check.cost)} a cell`}</span>
      <span>{kinds[check.kind ?? ''] ?? check.kind}</span>
      <span>{t`uses ${used.join(', ') || '–'}`}</span>
    </p>
  );
}

type WrongProps = { error: ExpressionProblem; text: string; onFix: (fix: Fix) => void };

function Wrong({ error, text, onFix }: WrongProps) {
  const { t } = useLingui();
  const fix = fixOf(error, text);
  return (
    <li className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
      <span className="text-loss">{error.message}</span>
      <span className="text-text-2">{error.suggestion}</span>
      {fix && (
        <Button small icon={<Wrench aria-hidden />} onClick={() => onFix(fix)}>
          {t`Write ${fix.text}`}
        </Button>
      )}
      <Place text={text} position={error.position} length={error.length} />
    </li>
  );
}

/** The place of a defect, with a little of what stands around it. */
function Place({ text, position, length }: { text: string; position: number; length: number }) {
  const from = Math.max(0, position - 24);
  const to = position + Math.max(1, length);
  return (
    <code className="block w-full truncate font-mono text-11 text-text-3">
      {text.slice(from, position)}
      <mark className="bg-transparent text-loss underline decoration-wavy underline-offset-2">
        {text.slice(position, to) || ' '}
      </mark>
      {text.slice(to, to + 24)}
    </code>
  );
}
