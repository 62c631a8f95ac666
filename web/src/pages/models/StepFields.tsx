import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Field } from '@/components/Field';
import { NumberField } from '@/components/NumberField';
import { Switch } from '@/components/Switch';
import type { ModelStep } from '@/lib/queries/models';
import { STEP_HINTS, STEP_PARAMETERS, STEPS, word } from '@/lib/words';
import type { FormProps } from './LearnerFields';

/** What happens to the features before the learner sees them, fitted inside each fold. */
export function StepFields({ draft, set, errors, steps }: FormProps & { steps: ModelStep[] }) {
  const { t, i18n } = useLingui();
  const turn = (kind: ModelStep['kind'], on: boolean): void => {
    const { [kind]: _, ...others } = draft.steps;
    set({ steps: on ? { ...draft.steps, [kind]: {} } : others });
  };
  const chosen = steps.filter((step) => draft.steps[step.kind]);
  return (
    <Card title={t`Before the learner`}>
      {draft.features.length > 0 && (
        <p className="flex items-center gap-2 pb-2 text-12 text-text-2">
          <Plural
            value={draft.features.length}
            one="# feature of the set is learned from."
            other="# features of the set are learned from."
          />
          <Button small onClick={() => set({ features: [] })}>
            <Trans>Learn from all</Trans>
          </Button>
        </p>
      )}
      <div className="grid gap-x-3 sm:grid-cols-2">
        {steps.map((step) => (
          <Switch
            key={step.kind}
            label={word(i18n, STEPS, step.kind)}
            hint={word(i18n, STEP_HINTS, step.kind)}
            checked={Boolean(draft.steps[step.kind])}
            onChange={(on) => turn(step.kind, on)}
          />
        ))}
      </div>
      <div className="grid grid-cols-2 gap-3 pt-2 sm:grid-cols-3">
        <Field label={t`History`} error={errors.history} hint={t`Bars of each feature in a row`}>
          <NumberField
            value={draft.history}
            min={1}
            max={120}
            unit={t`bars`}
            onChange={(history) => set({ history: history ?? 1 })}
          />
        </Field>
        {chosen.flatMap((step) =>
          step.parameters.map((one) => (
            <Field
              key={`${step.kind}.${one.name}`}
              label={word(i18n, STEP_PARAMETERS, `${step.kind}.${one.name}`)}
              error={errors[one.name]}
            >
              <NumberField
                value={draft.steps[step.kind]?.[one.name] ?? null}
                min={one.low}
                max={one.high}
                step={one.whole ? 1 : one.default / 10}
                placeholder={i18n.number(one.default, { maximumFractionDigits: 9 })}
                onChange={(value) =>
                  set({
                    steps: {
                      ...draft.steps,
                      [step.kind]: { ...draft.steps[step.kind], [one.name]: value },
                    },
                  })
                }
              />
            </Field>
          )),
        )}
      </div>
      <p className="pt-2 text-12 text-text-3">
        <Trans>
          Each step learns from the training rows of its fold alone, in this order, and goes with
          the model into service. A row that a step refuses has no score.
        </Trans>
      </p>
    </Card>
  );
}
