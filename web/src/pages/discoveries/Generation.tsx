import { useLingui } from '@lingui/react/macro';
import { Field, Input } from '@/components/Field';
import { NumberField } from '@/components/NumberField';
import { Switch } from '@/components/Switch';
import type { Family } from '@/lib/queries/discoveries';
import { FAMILIES, FAMILY_HINTS } from './discoveryWords';
import type { FormProps } from './NewDiscoveryPage';

const ALL = Object.keys(FAMILIES) as Family[];

/** Which templates are filled, how many candidates there may be, and what is made of the best. */
export function Generation({ draft, set, errors }: FormProps) {
  const { t, i18n } = useLingui();
  const learns = draft.interactions || draft.search;
  return (
    <div className="flex flex-col gap-4">
      <fieldset className="grid gap-x-4 gap-y-2 sm:grid-cols-2">
        <legend className="mb-1.5 text-12 font-medium text-text-2">{t`Templates`}</legend>
        {ALL.map((family) => (
          <Switch
            key={family}
            label={i18n._(FAMILIES[family])}
            hint={i18n._(FAMILY_HINTS[family])}
            checked={draft.families.includes(family)}
            onChange={(on) =>
              set({
                families: ALL.filter((one) => (one === family ? on : draft.families.includes(one))),
              })
            }
          />
        ))}
        {errors.families && (
          <p role="alert" className="text-11 text-loss sm:col-span-2">
            {errors.families}
          </p>
        )}
      </fieldset>
      <div className="grid grid-cols-2 gap-3">
        <Field label={t`Windows`} error={errors.windows} hint={t`Bars`}>
          <Input value={draft.windows} onChange={(event) => set({ windows: event.target.value })} />
        </Field>
        <Field
          label={t`Candidates at most`}
          error={errors.budget}
          hint={t`More candidates ask more of each`}
        >
          <NumberField
            value={draft.budget}
            min={10}
            max={5_000}
            onChange={(value) => set({ budget: value ?? 1_000 })}
          />
        </Field>
      </div>
      <div className="grid gap-x-4 gap-y-2 sm:grid-cols-2">
        <Switch
          label={t`Combine the best`}
          hint={t`Sums, products, ratios, conditions, groups of two`}
          checked={draft.interactions}
          onChange={(interactions) => set({ interactions })}
        />
        <Switch
          label={t`Breed formulas`}
          hint={t`Symbolic search, on two fifths of the candidates`}
          checked={draft.search}
          onChange={(search) => set({ search })}
        />
      </div>
      <div className="grid grid-cols-2 gap-3">
        <Field
          label={t`Bars that teach`}
          error={errors.teaching}
          hint={
            learns
              ? t`The first ones choose what is combined and bred; the rest judge`
              : t`Nothing learns: all bars judge`
          }
        >
          <NumberField
            value={draft.teaching}
            min={10}
            max={90}
            unit="%"
            disabled={!learns}
            onChange={(value) => set({ teaching: value ?? 35 })}
          />
        </Field>
        <Field label={t`Seed`} error={errors.seed} hint={t`The same seed draws the same`}>
          <NumberField value={draft.seed} min={0} onChange={(value) => set({ seed: value ?? 0 })} />
        </Field>
      </div>
    </div>
  );
}
