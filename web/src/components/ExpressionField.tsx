import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Check } from 'lucide-react';
import { useDeferredValue, useEffect, useState } from 'react';
import { TextArea } from '@/components/Field';
import { checkQuery, type ExpressionCheck } from '@/lib/queries/features';

type ExpressionFieldProps = {
  value: string;
  onChange: (value: string) => void;
  /** Told after each check, so that a form can wait for a sound expression. */
  onChecked?: (check: ExpressionCheck | null) => void;
  placeholder?: string;
};

const REST_MS = 350;

/** An expression of the Kuznia language, checked while it is typed: `<Field label={t`Expression`}><ExpressionField value={x} onChange={setX} /></Field>` */
export function ExpressionField({ value, onChange, onChecked, placeholder }: ExpressionFieldProps) {
  const rested = useRested(value);
  const check = useQuery(checkQuery(rested));
  const fresh = rested === value && !check.isPlaceholderData ? (check.data ?? null) : null;
  useEffect(() => onChecked?.(fresh), [fresh, onChecked]);
  return (
    <div className="flex flex-col gap-1">
      <TextArea
        value={value}
        onChange={(event) => onChange(event.target.value)}
        placeholder={placeholder}
        rows={3}
        className="font-mono text-12"
      />
      <Verdict value={rested} check={useDeferredValue(check.data)} />
    </div>
  );
}

function useRested(value: string): string {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), REST_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}

function Verdict({ value, check }: { value: string; check: ExpressionCheck | undefined }) {
  const { t } = useLingui();
  if (!check || !value.trim()) return <p className="min-h-5" />;
  if (check.ok) {
    return (
      <p className="flex min-h-5 flex-wrap items-center gap-x-3 text-11 text-text-2 tabular">
        <span className="inline-flex items-center gap-1 text-gain">
          <Check className="size-3" aria-hidden /> <Trans>sound</Trans>
        </span>
        <span>{t`looks back ${check.lookback ?? 0} bars`}</span>
        <span>{t`uses ${check.fields?.join(', ') || '–'}`}</span>
      </p>
    );
  }
  return (
    <div role="alert">
      <ul className="flex flex-col gap-1 text-12">
        {(check.errors ?? []).map((error) => (
          <li key={`${error.position}${error.message}`}>
            <span className="text-loss">{error.message}</span>{' '}
            <span className="text-text-2">{error.suggestion}</span>
            <Place text={value} position={error.position} length={error.length} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The place of a defect, with a little of what stands around it. */
function Place({ text, position, length }: { text: string; position: number; length: number }) {
  const from = Math.max(0, position - 24);
  const to = position + Math.max(1, length);
  return (
    <code className="block truncate font-mono text-11 text-text-3">
      {text.slice(from, position)}
      <mark className="bg-transparent text-loss underline decoration-wavy underline-offset-2">
        {text.slice(position, to) || ' '}
      </mark>
      {text.slice(to, to + 24)}
    </code>
  );
}
