import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Field, Input } from '@/components/Field';
import { Select } from '@/components/Select';
import { Switch } from '@/components/Switch';
import { formatInteger } from '@/lib/format';
import type { Dataset } from '@/lib/queries/datasets';
import { flat } from '@/lib/queries/keys';
import { questionsQuery } from '@/lib/queries/questions';
import type { Universe } from '@/lib/queries/universes';
import { DATASET_KINDS, word } from '@/lib/words';
import { ALONE, FOUND, isContext } from './draft';
import type { FormProps } from './NewDiscoveryPage';

type SubjectProps = FormProps & {
  universes: Universe[];
  universe: Universe | undefined;
  datasets: Dataset[];
  context: string[];
};

/** Whose bars, with which series and groups, and under which question the trials count. */
export function SubjectFields(props: SubjectProps) {
  const { draft, set, errors, universes, universe, datasets, context } = props;
  const { t, i18n } = useLingui();
  const questions = flat(useInfiniteQuery(questionsQuery()).data?.pages);
  return (
    <div className="grid grid-cols-2 gap-3">
      <Field label={t`Universe`} error={errors.universe}>
        <Select
          value={universe?.id ?? null}
          placeholder={t`Make one on the page of a dataset`}
          options={universes.map((one) => ({
            value: one.id,
            label: one.name,
            note: plural(one.latest.size, { one: '# instrument', other: '# instruments' }),
          }))}
          onChange={(id) => set({ universe: id })}
        />
      </Field>
      <Field label={t`Prices`} error={errors.bars}>
        <Select
          value={draft.bars}
          options={[
            { value: FOUND, label: t`Found for the universe` },
            ...datasets
              .filter((one) => one.kind === 'bars' && one.latest)
              .map((one) => ({ value: one.id, label: one.name })),
          ]}
          onChange={(bars) => set({ bars })}
        />
      </Field>
      <Field
        label={t`Question`}
        error={errors.question}
        hint={t`Its trials count against each other`}
      >
        <Select
          value={draft.question}
          options={[
            { value: ALONE, label: t`My own ideas` },
            ...questions.map((one) => ({
              value: one.id,
              label: one.name,
              note: t`${formatInteger(one.trials)} trials`,
            })),
          ]}
          onChange={(question) => set({ question })}
        />
      </Field>
      <Field label={t`Name`} error={errors.name} hint={t`Empty: named after the universe`}>
        <Input value={draft.name} onChange={(event) => set({ name: event.target.value })} />
      </Field>
      <fieldset className="col-span-2 grid gap-x-4 gap-y-1 sm:grid-cols-2">
        <legend className="mb-1 text-12 font-medium text-text-2">{t`Further data`}</legend>
        {datasets.filter(isContext).map((one) => (
          <Switch
            key={one.id}
            label={one.name}
            hint={word(i18n, DATASET_KINDS, one.kind)}
            checked={context.includes(one.id)}
            onChange={(on) =>
              set({
                context: on ? [...context, one.id] : context.filter((other) => other !== one.id),
              })
            }
          />
        ))}
        {!datasets.some(isContext) && (
          <p className="text-12 text-text-3 sm:col-span-2">{t`None is loaded; bars are enough.`}</p>
        )}
      </fieldset>
    </div>
  );
}
