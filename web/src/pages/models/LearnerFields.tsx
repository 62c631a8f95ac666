import { Trans, useLingui } from '@lingui/react/macro';
import { Card } from '@/components/Card';
import { Field } from '@/components/Field';
import { HorizonField } from '@/components/HorizonField';
import { NumberField } from '@/components/NumberField';
import { Select } from '@/components/Select';
import type { Learner } from '@/lib/queries/models';
import { LEARNER_PARAMETERS, LEARNERS, TARGETS, word } from '@/lib/words';
import { CERTAIN, type Draft, SEQUENCE } from './trainDraft';

export type FormProps = {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  errors: Record<string, string>;
};

/** What learns, with its parameters; an empty one is as usual. */
export function LearnerFields({
  draft,
  set,
  errors,
  learners,
}: FormProps & { learners: Learner[] }) {
  const { t, i18n } = useLingui();
  const learner = learners.find((one) => one.name === draft.learner);
  const choose = (name: Learner['name']): void => {
    const next = learners.find((one) => one.name === name);
    const unfit = next && !targetsOf(next).includes(draft.target);
    set({
      learner: name,
      parameters: {},
      ...(unfit ? { target: 'grade' } : {}),
      ...(next?.sequential && draft.history < 2 ? { history: SEQUENCE } : {}),
    });
  };
  return (
    <Card title={t`Learner`}>
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
        <Field label={t`Learner`} error={errors.learner} className="col-span-2">
          <Select
            value={draft.learner}
            options={learners.map((one) => ({
              value: one.name,
              label: word(i18n, LEARNERS, one.name),
              ...(one.installed ? {} : { note: t`not installed` }),
            }))}
            onChange={choose}
          />
        </Field>
        <Field
          label={t`Seeds`}
          error={errors.seeds}
          hint={
            CERTAIN.has(draft.learner) ? t`Nothing hangs on chance` : t`The score is their mean`
          }
        >
          <NumberField
            value={CERTAIN.has(draft.learner) ? 1 : draft.seeds}
            min={1}
            max={64}
            disabled={CERTAIN.has(draft.learner)}
            onChange={(seeds) => set({ seeds: seeds ?? 1 })}
          />
        </Field>
        {learner?.parameters.map((one) => (
          <Field
            key={one.name}
            label={word(i18n, LEARNER_PARAMETERS, one.name)}
            error={errors[one.name]}
          >
            <NumberField
              value={draft.parameters[one.name] ?? null}
              min={one.low}
              max={one.high}
              step={one.whole ? 1 : one.default / 10}
              placeholder={i18n.number(one.default, { maximumFractionDigits: 9 })}
              onChange={(value) => set({ parameters: { ...draft.parameters, [one.name]: value } })}
            />
          </Field>
        ))}
      </div>
      {learner?.remedy && (
        <p role="status" className="pt-2 text-12 text-warn">
          <Trans>
            Its library is not installed here. Install it where models are trained:{' '}
            <code>{learner.remedy}</code>
          </Trans>
        </p>
      )}
    </Card>
  );
}

/** Targets that a learner can take. */
function targetsOf(learner: Learner): Draft['target'][] {
  return [
    'grade',
    'barrier',
    ...(learner.classes ? [] : (['return', 'excess', 'scaled', 'rank'] as const)),
    ...(learner.probable ? (['meta'] as const) : []),
  ];
}

/** What is learned. */
export function TargetFields({
  draft,
  set,
  errors,
  learner,
  features,
}: FormProps & { learner: Learner | undefined; features: string[] }) {
  const { t, i18n } = useLingui();
  return (
    <Card title={t`What is learned`}>
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
        <Field label={t`Target`} error={errors.target} className="col-span-2 sm:col-span-1">
          <Select
            value={draft.target}
            options={(learner ? targetsOf(learner) : [draft.target]).map((one) => ({
              value: one,
              label: word(i18n, TARGETS, one),
            }))}
            onChange={(target) => set({ target })}
          />
        </Field>
        <HorizonField
          value={draft.horizon}
          error={errors.horizon}
          onChange={(horizon) => set({ horizon })}
        />
        {draft.target === 'grade' && (
          <Field label={t`Grades`} error={errors.grades} hint={t`Equal parts of each bar`}>
            <NumberField
              value={draft.grades}
              min={2}
              max={100}
              onChange={(grades) => set({ grades: grades ?? 5 })}
            />
          </Field>
        )}
        {(draft.target === 'barrier' || draft.target === 'meta') && (
          <Field label={t`Barriers at`} error={errors.barrier} hint={t`Over the horizon`}>
            <NumberField
              value={draft.barrier}
              min={0.01}
              max={100}
              step={0.25}
              unit={t`volatilities`}
              onChange={(barrier) => set({ barrier: barrier ?? 1 })}
            />
          </Field>
        )}
        {draft.target === 'meta' && (
          <Field
            label={t`Side`}
            error={errors.side}
            hint={t`Long above 0, short below`}
            className="col-span-2"
          >
            <Select
              value={draft.side}
              placeholder={t`Which feature says it?`}
              options={features.map((one) => ({ value: one, label: one }))}
              onChange={(side) => set({ side })}
            />
          </Field>
        )}
      </div>
      <p className="pt-2 text-12 text-text-3">
        <Trans>
          Whatever the target, the model is measured by the rank correlation of its score with the
          forward return across instruments, on bars that it has not seen.
        </Trans>
      </p>
    </Card>
  );
}
