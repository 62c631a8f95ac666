import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useDeferredValue, useEffect, useMemo, useRef } from 'react';
import { Verdict } from '@/components/expression/Verdict';
import { TextArea, useField, useFieldLabel } from '@/components/Field';
import { cx } from '@/lib/classes';
import { mended } from '@/lib/expression/text';
import {
  checkQuery,
  contextOf,
  type ExpressionCheck,
  type ExpressionProblem,
  functionsQuery,
  namesQuery,
} from '@/lib/queries/expressions';
import { useRested } from '@/lib/rested';

const Editor = lazy(() => import('@/components/expression/Editor'));

type ExpressionFieldProps = {
  value: string;
  onChange: (value: string) => void;
  /** Told after each check, so that a form can wait for a sound expression. */
  onChecked?: (check: ExpressionCheck | null) => void;
  placeholder?: string;
  /** Off for a template whose holes the language does not know. */
  checked?: boolean;
  /** Ctrl-Enter; without it the form around gets the key. */
  onSubmit?: () => void;
  className?: string;
};

const NOTHING: never[] = [];
const NO_PROBLEMS: ExpressionProblem[] = [];

/** An expression of the Kuznia language, with all that helps to write it: `<Field label={t`Expression`}><ExpressionField value={x} onChange={setX} /></Field>` */
export function ExpressionField(props: ExpressionFieldProps) {
  const { value, onChange, onChecked, placeholder, checked = true, onSubmit, className } = props;
  const { t } = useLingui();
  const { id, 'aria-invalid': invalid } = useField();
  const label = useFieldLabel() ?? t`Expression`;
  const functions = useQuery(functionsQuery()).data ?? NOTHING;
  const names = useQuery(namesQuery()).data ?? NOTHING;
  const vocabulary = useMemo(() => ({ functions, names }), [functions, names]);
  const context = useMemo(() => contextOf(names), [names]);
  const rested = useRested(value);
  const check = useQuery(checkQuery(rested, context, checked));
  const fresh = rested === value && !check.isPlaceholderData ? (check.data ?? null) : null;
  useEffect(() => onChecked?.(fresh), [fresh, onChecked]);
  const shown = useDeferredValue(check.data);
  const box = useRef<HTMLDivElement>(null);
  const typing = useRef(false);
  useLabelClick(id, box);
  return (
    <div className={cx('flex min-w-0 flex-col gap-1', className)}>
      <div
        ref={box}
        className={cx(
          'min-h-16 w-full min-w-0 rounded-md border bg-bg transition-colors focus-within:outline-2 focus-within:outline-focus',
          invalid ? 'border-loss' : 'border-line-strong hover:border-text-3',
        )}
      >
        <Suspense
          fallback={
            <TextArea
              value={value}
              onChange={(event) => onChange(event.target.value)}
              onFocus={() => (typing.current = true)}
              onBlur={() => (typing.current = false)}
              aria-label={label}
              placeholder={placeholder}
              className="border-0 bg-transparent font-mono text-12"
            />
          }
        >
          <Editor
            value={value}
            onChange={onChange}
            label={label}
            vocabulary={vocabulary}
            problems={fresh?.errors ?? NO_PROBLEMS}
            placeholder={placeholder}
            invalid={Boolean(invalid)}
            autoFocus={typing.current}
            onSubmit={onSubmit}
            onHelp={openLanguage}
          />
        </Suspense>
      </div>
      {checked && (
        <Verdict text={rested} check={shown} onFix={(fix) => onChange(mended(value, fix))} />
      )}
    </div>
  );
}

/** The reference, in a tab of its own: what is written here stays. */
function openLanguage(word: string): void {
  window.open(`/features/language${word ? `?q=${encodeURIComponent(word)}` : ''}`, '_blank');
}

/** A label names an input by its element; an editor is none, so it is focused by hand. */
function useLabelClick(id: string | undefined, box: React.RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const label = id ? document.querySelector(`label[for="${CSS.escape(id)}"]`) : null;
    const focus = (): void => {
      const root = box.current?.querySelector('[data-editor]')?.shadowRoot;
      root?.querySelector<HTMLElement>('[contenteditable]')?.focus();
    };
    label?.addEventListener('click', focus);
    return () => label?.removeEventListener('click', focus);
  }, [id, box]);
}
