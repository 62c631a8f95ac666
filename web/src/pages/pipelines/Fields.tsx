import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Card } from '@/components/Card';
import { Field } from '@/components/Field';
import { HorizonField } from '@/components/HorizonField';
import { NumberField } from '@/components/NumberField';
import { Segmented } from '@/components/Segmented';
import { Switch } from '@/components/Switch';
import { PRESETS } from '@/lib/pipelineWords';
import { learnersQuery } from '@/lib/queries/models';
import { LEARNERS, word } from '@/lib/words';
import type { Draft } from './draft';

type FormProps = {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  errors: Record<string, string>;
};

/** What is learned, and which bars judge it. */
export function LabelFields({ draft, set, errors }: FormProps) {
  const { t } = useLingui();
  return (
    <Card title={t`Label and evaluation`}>
      <div className="grid grid-cols-2 gap-3">
        <HorizonField
          value={draft.horizon}
          error={errors.horizon}
          onChange={(horizon) => set({ horizon })}
        />
        <Field
          label={t`Kept for the evaluation`}
          error={errors.evaluated}
          hint={t`The newest bars; nothing is chosen on them`}
        >
          <NumberField
            value={Math.round(draft.evaluated * 100)}
            min={10}
            max={80}
            unit="%"
            onChange={(percent) => set({ evaluated: (percent ?? 35) / 100 })}
          />
        </Field>
      </div>
      <div className="pt-3">
        <Switch
          label={t`Select features`}
          hint={t`Keeps those that are picked again and again on halves of the older bars`}
          checked={draft.select}
          onChange={(select) => set({ select })}
        />
      </div>
    </Card>
  );
}

/** How much is tried. */
export function EffortFields({ draft, set, errors }: FormProps) {
  const { t, i18n } = useLingui();
  const known = useQuery(learnersQuery()).data ?? [];
  const learners = known.filter((one) => one.installed && !one.sequential);
  const flip = (name: string, on: boolean): void =>
    set({
      learners: on ? [...draft.learners, name] : draft.learners.filter((one) => one !== name),
    });
  return (
    <Card title={t`How much is tried`}>
      <div className="flex flex-col gap-3">
        <Segmented
          label={t`Preset`}
          value={draft.preset}
          options={(['fast', 'medium', 'best'] as const).map((value) => ({
            value,
            label: word(i18n, PRESETS, value),
          }))}
          onChange={(preset) => set({ preset })}
        />
        <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
          <Field label={t`Trials of each learner`} error={errors.trials} hint={t`At most`}>
            <NumberField
              value={draft.trials}
              min={1}
              max={1000}
              placeholder={t`as the preset`}
              onChange={(trials) => set({ trials })}
            />
          </Field>
          <Field
            label={t`Time`}
            error={errors.minutes}
            hint={t`An estimate in advance, so that the result hangs on no clock`}
          >
            <NumberField
              value={draft.minutes}
              min={0.1}
              max={10_000}
              unit="min"
              placeholder={t`no limit`}
              onChange={(minutes) => set({ minutes })}
            />
          </Field>
          <Field label={t`Seed`} error={errors.seed} hint={t`The same one, the same result`}>
            <NumberField value={draft.seed} min={0} onChange={(seed) => set({ seed: seed ?? 0 })} />
          </Field>
        </div>
        <fieldset className="flex flex-col gap-2">
          <legend className="pb-1 text-12 text-text-2">
            <Trans>Learners; the preset's when none is chosen</Trans>
          </legend>
          <div className="grid gap-2 sm:grid-cols-2">
            {learners.map((one) => (
              <Switch
                key={one.name}
                label={word(i18n, LEARNERS, one.name)}
                checked={draft.learners.includes(one.name)}
                onChange={(on) => flip(one.name, on)}
              />
            ))}
          </div>
          {errors.learners && <p className="text-12 text-loss">{errors.learners}</p>}
        </fieldset>
      </div>
    </Card>
  );
}
