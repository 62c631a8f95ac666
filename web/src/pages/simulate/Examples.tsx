import { useLingui } from '@lingui/react/macro';
import { cx } from '@/lib/classes';
import type { Draft } from './draft';
import { EXAMPLES, type Example, exampleOf } from './examples';

/** Ideas to start from, a card each. */
export function Examples({ draft, onPick }: { draft: Draft; onPick: (one: Example) => void }) {
  const { t, i18n } = useLingui();
  const chosen = exampleOf(draft);
  return (
    <section
      aria-label={t`Ideas to start from`}
      className="flex gap-2 overflow-x-auto max-sm:*:w-60 max-sm:*:shrink-0 sm:grid sm:grid-cols-2 md:grid-cols-3 xl:grid-cols-6"
    >
      {EXAMPLES.map((example) => (
        <button
          key={example.key}
          type="button"
          aria-pressed={chosen === example.key}
          onClick={() => onPick(example)}
          className={cx(
            'flex min-w-0 flex-col gap-1 rounded-xl border bg-surface px-3 py-2.5 text-left transition-colors hover:border-line-strong hover:bg-hover',
            chosen === example.key ? 'border-accent' : 'border-line',
          )}
        >
          <span className="text-13 font-semibold">{i18n._(example.title)}</span>
          <span className="text-12 text-text-2 xl:min-h-9">{i18n._(example.idea)}</span>
          <code className="truncate font-mono text-11 text-text-3">{example.shown}</code>
        </button>
      ))}
    </section>
  );
}
