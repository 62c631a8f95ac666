import { useLingui } from '@lingui/react/macro';
import { ExpressionField } from '@/components/ExpressionField';
import { Field, Input } from '@/components/Field';
import { Segmented } from '@/components/Segmented';
import { Select } from '@/components/Select';
import { cx } from '@/lib/classes';
import { REBALANCE, word } from '@/lib/words';
import { type Draft, EXAMPLES, type Kind, NO_EXIT } from './draft';
import { Exits } from './Exits';

export type FormProps = {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  errors: Record<string, string>;
};

/** Ideas to start from, a card each. */
export function Examples({ draft, set }: FormProps) {
  const { t, i18n } = useLingui();
  return (
    <section
      aria-label={t`Ideas to start from`}
      className="flex shrink-0 gap-2 overflow-x-auto max-sm:*:w-60 max-sm:*:shrink-0 sm:grid sm:grid-cols-2 lg:grid-cols-5"
    >
      {EXAMPLES.map((example) => {
        const shown = example.draft.entries ?? example.draft.score ?? '';
        const stops = example.draft.exit ?? NO_EXIT;
        const chosen =
          shown === (draft.kind === 'rule' ? draft.entries : draft.score) &&
          stops.stop_loss === draft.exit.stop_loss;
        return (
          <button
            key={example.key}
            type="button"
            aria-pressed={chosen}
            onClick={() => set({ exit: NO_EXIT, ...example.draft })}
            className={cx(
              'flex min-w-0 flex-col gap-1 rounded-xl border bg-surface px-3 py-2.5 text-left transition-colors hover:border-line-strong hover:bg-hover',
              chosen ? 'border-accent' : 'border-line',
            )}
          >
            <span className="text-13 font-semibold">{i18n._(example.title)}</span>
            <span className="text-12 text-text-2">{i18n._(example.idea)}</span>
            <code className="truncate font-mono text-11 text-text-3">{shown}</code>
          </button>
        );
      })}
    </section>
  );
}

/** The strategy with holes: `$name` wherever a number is to be tried. */
export function Template({ draft, set, errors }: FormProps) {
  const { t } = useLingui();
  return (
    <div className="flex flex-col gap-3">
      <div>
        <Segmented<Kind>
          label={t`Kind of strategy`}
          value={draft.kind}
          options={[
            { value: 'rule', label: t`Rule` },
            { value: 'ranked', label: t`Rank by an expression` },
          ]}
          onChange={(kind) => set({ kind })}
        />
      </div>
      {draft.kind === 'rule' ? (
        <div className="grid gap-3 sm:grid-cols-2">
          <Field
            label={t`Enter when`}
            error={errors.entries ?? errors.template}
            hint={t`Write $name where a number is to be tried`}
          >
            <ExpressionField
              value={draft.entries}
              onChange={(entries) => set({ entries })}
              checked={false}
            />
          </Field>
          <Field
            label={t`Leave when`}
            error={errors.exits}
            hint={t`Empty: when the first is no longer true`}
          >
            <ExpressionField
              value={draft.exits}
              onChange={(exits) => set({ exits })}
              checked={false}
            />
          </Field>
          <Exits draft={draft} set={set} errors={errors} />
        </div>
      ) : (
        <Ranked draft={draft} set={set} errors={errors} />
      )}
    </div>
  );
}

function Ranked({ draft, set, errors }: FormProps) {
  const { t, i18n } = useLingui();
  return (
    <>
      <Field
        label={t`Expression`}
        error={errors.score ?? errors.template}
        hint={t`Write $name where a number is to be tried`}
      >
        <ExpressionField value={draft.score} onChange={(score) => set({ score })} checked={false} />
      </Field>
      <div className="grid grid-cols-3 gap-3">
        <Field label={t`Hold the top`} error={errors.top}>
          <Input value={draft.top} onChange={(event) => set({ top: event.target.value })} />
        </Field>
        <Field label={t`Short the bottom`} error={errors.bottom}>
          <Input value={draft.bottom} onChange={(event) => set({ bottom: event.target.value })} />
        </Field>
        <Field label={t`Decide anew`}>
          <Select
            value={draft.rebalance}
            options={(['daily', 'weekly', 'monthly'] as const).map((one) => ({
              value: one,
              label: word(i18n, REBALANCE, one),
            }))}
            onChange={(rebalance) => set({ rebalance })}
          />
        </Field>
      </div>
    </>
  );
}
