import { useLingui } from '@lingui/react/macro';
import { Card } from '@/components/Card';
import { Field } from '@/components/Field';
import { NumberField } from '@/components/NumberField';
import { Switch } from '@/components/Switch';
import type { FormProps } from './LearnerFields';
import type { Draft } from './trainDraft';

type Lengths = 'firstTest' | 'test' | 'embargo' | 'stride';

/** How it is proven: walk-forward, and beside it on many purged histories. */
export function ProofFields({ draft, set, errors }: FormProps) {
  const { t } = useLingui();
  const length = (name: Lengths, label: string, error: string | undefined, hint: string) => (
    <Field label={label} error={error} hint={hint}>
      <NumberField
        value={draft[name]}
        min={name === 'embargo' ? 0 : 1}
        unit={t`bars`}
        onChange={(value) => set({ [name]: value ?? 0 } as Partial<Draft>)}
      />
    </Field>
  );
  return (
    <Card title={t`Proof`}>
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
        {length('firstTest', t`First test after`, errors.first_test, t`Learned from before it`)}
        {length('test', t`Each test`, errors.test, t`Then it learns anew`)}
        {length('embargo', t`Embargo`, errors.embargo, t`Kept empty before a test`)}
        {length('stride', t`Learn from every`, errors.stride, t`Neighbouring labels overlap`)}
        <Field label={t`Window`} error={errors.window} hint={t`Newest bars learned from`}>
          <NumberField
            value={draft.window}
            min={1}
            unit={t`bars`}
            placeholder={t`all`}
            onChange={(window) => set({ window })}
          />
        </Field>
        <Field label={t`Weight of the oldest`} error={errors.oldest} hint={t`1: none fades`}>
          <NumberField
            value={draft.oldest}
            min={-0.99}
            max={1}
            step={0.1}
            onChange={(oldest) => set({ oldest: oldest ?? 1 })}
          />
        </Field>
      </div>
      <div className="grid gap-x-3 pt-2 sm:grid-cols-2">
        <Switch
          label={t`Weigh rows by uniqueness`}
          hint={t`Labels that overlap share what they know`}
          checked={draft.uniqueness}
          onChange={(uniqueness) => set({ uniqueness })}
        />
        <Switch
          label={t`Purged cross-validation beside it`}
          hint={t`Many histories from the same bars; never traded`}
          checked={draft.groups !== null}
          onChange={(on) => set({ groups: on ? 6 : null })}
        />
      </div>
      {draft.groups !== null && (
        <div className="grid grid-cols-2 gap-3 pt-2 sm:grid-cols-3">
          <Field label={t`Parts of the time axis`} error={errors.groups}>
            <NumberField
              value={draft.groups}
              min={2}
              max={100}
              onChange={(groups) => set({ groups: groups ?? 6 })}
            />
          </Field>
          <Field label={t`Tested at once`} error={errors.tested}>
            <NumberField
              value={draft.tested}
              min={1}
              max={99}
              onChange={(tested) => set({ tested: tested ?? 2 })}
            />
          </Field>
        </div>
      )}
    </Card>
  );
}
