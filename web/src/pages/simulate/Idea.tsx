import { useLingui } from '@lingui/react/macro';
import { X } from 'lucide-react';
import { Badge } from '@/components/Badge';
import { IconButton } from '@/components/Button';
import { ExpressionField } from '@/components/ExpressionField';
import { Field } from '@/components/Field';
import { NumberField } from '@/components/NumberField';
import { Segmented } from '@/components/Segmented';
import { Select } from '@/components/Select';
import { REBALANCE, word } from '@/lib/words';
import type { Draft, Kind, Rebalance } from './draft';

type IdeaProps = {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  errors: Record<string, string>;
};

const REBALANCES: Rebalance[] = ['daily', 'weekly', 'monthly'];

/** The strategy itself: an expression to rank by, or a rule. */
export function Idea({ draft, set, errors }: IdeaProps) {
  const { t } = useLingui();
  return (
    <div className="flex flex-col gap-2">
      <Segmented<Kind>
        label={t`Kind of strategy`}
        value={draft.kind}
        options={[
          { value: 'ranked', label: t`Rank by an expression` },
          { value: 'rule', label: t`Rule` },
          { value: 'equal_weight', label: t`Equal weight` },
        ]}
        onChange={(kind) => set({ kind })}
      />
      {draft.kind === 'ranked' && <Score draft={draft} set={set} />}
      {draft.kind === 'rule' && (
        <>
          <Field label={t`Enter when`}>
            <ExpressionField
              value={draft.entries}
              onChange={(entries) => set({ entries })}
              placeholder="close > ts_mean(close, 200)"
            />
          </Field>
          <Field label={t`Leave when`} hint={t`Empty: when the first is no longer true`}>
            <ExpressionField value={draft.exits} onChange={(exits) => set({ exits })} />
          </Field>
        </>
      )}
      {draft.kind !== 'rule' && <Selection draft={draft} set={set} errors={errors} />}
    </div>
  );
}

/** What ranks: an expression, or the scores of the model that an earlier backtest traded. */
function Score({ draft, set }: Omit<IdeaProps, 'errors'>) {
  const { t } = useLingui();
  if (draft.model) {
    return (
      <p className="flex items-center gap-2 text-13">
        <Badge tone="accent">{t`Model`}</Badge> {draft.model.name}
        <IconButton label={t`Rank by an expression instead`} onClick={() => set({ model: null })}>
          <X aria-hidden />
        </IconButton>
      </p>
    );
  }
  return (
    <Field
      label={t`Expression`}
      hint={
        draft.score.trim()
          ? undefined
          : t`The highest values are held. Take an idea from above, or write your own.`
      }
    >
      <ExpressionField
        value={draft.score}
        onChange={(score) => set({ score })}
        placeholder="rank(-ts_returns(close, 5))"
      />
    </Field>
  );
}

function Selection({ draft, set, errors }: IdeaProps) {
  const { t, i18n } = useLingui();
  return (
    <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
      {draft.kind === 'ranked' && (
        <>
          <Field label={t`Hold the top`} error={errors.top}>
            <NumberField
              value={draft.top}
              min={0}
              max={10_000}
              unit={t`names`}
              onChange={(top) => set({ top: top ?? 0 })}
              className="[&_input]:pr-16"
            />
          </Field>
          <Field label={t`Short the bottom`} error={errors.bottom}>
            <NumberField
              value={draft.bottom}
              min={0}
              max={10_000}
              unit={t`names`}
              onChange={(bottom) => set({ bottom: bottom ?? 0 })}
              className="[&_input]:pr-16"
            />
          </Field>
        </>
      )}
      <Field label={t`Decide anew`} error={errors.rebalance}>
        <Select
          value={draft.rebalance}
          options={REBALANCES.map((one) => ({ value: one, label: word(i18n, REBALANCE, one) }))}
          onChange={(rebalance) => set({ rebalance })}
        />
      </Field>
    </div>
  );
}
