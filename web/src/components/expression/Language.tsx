import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Card } from '@/components/Card';
import { SearchField } from '@/components/SearchField';
import { cx } from '@/lib/classes';
import { familyPlace } from '@/lib/expression/words';
import { functionsQuery } from '@/lib/queries/expressions';

const FIELDS = ['open', 'high', 'low', 'close', 'volume', 'returns'];

type LanguageProps = { onInsert: (text: string) => void; className?: string };

/** The words an expression may use; a click writes one at its end. */
export function Language({ onInsert, className }: LanguageProps) {
  const { t } = useLingui();
  const [text, setText] = useState('');
  const functions = (useQuery(functionsQuery()).data ?? []).toSorted(
    (a, b) => familyPlace(a.family) - familyPlace(b.family),
  );
  const wanted = text.trim().toLowerCase();
  const shown = functions.filter((one) =>
    [one.name, one.doc, ...one.aliases].some((word) => word.toLowerCase().includes(wanted)),
  );
  return (
    <Card
      flush
      title={t`What an expression can say`}
      note={functions.length || null}
      actions={
        <>
          <Link
            to="/features/language"
            target="_blank"
            className="text-12 text-accent-text hover:underline"
          >
            <Trans>Reference</Trans>{' '}
            <kbd className="rounded-sm border border-line px-1 text-11 text-text-3">F1</kbd>
          </Link>
          <SearchField
            label={t`Find a function…`}
            value={text}
            onChange={(event) => setText(event.target.value)}
            className="w-36"
          />
        </>
      }
      className={cx('max-h-80 lg:max-h-none lg:min-h-40 lg:flex-1', className)}
    >
      <div className="flex h-full min-h-0 flex-col">
        <div className="flex flex-wrap gap-1.5 px-3 pb-2">
          {FIELDS.map((field) => (
            <button
              key={field}
              type="button"
              onClick={() => onInsert(field)}
              className="h-6 rounded-sm bg-surface-2 px-2 font-mono text-11 text-text-2 hover:text-text"
            >
              {field}
            </button>
          ))}
          <span className="self-center text-11 text-text-3">
            <Trans>prices of each bar; your features by name; macro series as macro.name</Trans>
          </span>
        </div>
        <ul
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
          tabIndex={0}
          aria-label={t`Functions`}
          className="min-h-0 flex-1 overflow-y-auto border-line-soft border-t"
        >
          {shown.map((one) => (
            <li key={one.name} className="border-line-soft border-b last:border-0">
              <button
                type="button"
                onClick={() => onInsert(one.example)}
                className="flex min-h-7 w-full items-baseline gap-3 px-3 py-1 text-left hover:bg-hover"
              >
                <code className="w-60 shrink-0 truncate font-mono text-11">{one.signature}</code>
                <span className="min-w-0 truncate text-12 text-text-2" title={one.doc}>
                  {one.doc}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </Card>
  );
}
