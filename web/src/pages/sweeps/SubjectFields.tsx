import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Field, Input } from '@/components/Field';
import { NumberField } from '@/components/NumberField';
import { Select } from '@/components/Select';
import { formatInteger } from '@/lib/format';
import { datasetsQuery } from '@/lib/queries/datasets';
import { flat } from '@/lib/queries/keys';
import { questionsQuery } from '@/lib/queries/questions';
import type { Universe } from '@/lib/queries/universes';
import { Kept } from './Kept';
import type { FormProps } from './Template';

export const ALONE = 'alone';
const NONE = 'none';

type SubjectProps = FormProps & {
  universes: Universe[];
  universe: Universe | undefined;
  question: string;
  onQuestion: (question: string) => void;
};

/** What is traded, at which costs, and under which question the trials count. */
export function SubjectFields(props: SubjectProps) {
  const { draft, set, errors, universes, universe, question, onQuestion } = props;
  const { t } = useLingui();
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
      <Field
        label={t`Question`}
        error={errors.question}
        hint={t`Its trials count against each other`}
      >
        <Select
          value={question}
          options={[
            { value: ALONE, label: t`My own ideas` },
            ...questions.map((one) => ({
              value: one.id,
              label: one.name,
              note: t`${formatInteger(one.trials)} trials`,
            })),
          ]}
          onChange={onQuestion}
        />
      </Field>
      <Dataset kind="bars" label={t`Prices`} none={t`Found for the universe`} {...props} />
      <Dataset kind="actions" label={t`Dividends`} none={t`Left out`} {...props} />
      <Field label={t`Commission`} error={errors.commission_bps}>
        <NumberField
          value={draft.commissionBps}
          min={0}
          max={999}
          unit={t`bp`}
          onChange={(value) => set({ commissionBps: value ?? 0 })}
        />
      </Field>
      <Field label={t`Half spread`} error={errors.half_spread_bps}>
        <NumberField
          value={draft.halfSpreadBps}
          min={0}
          max={999}
          unit={t`bp`}
          onChange={(value) => set({ halfSpreadBps: value ?? 0 })}
        />
      </Field>
      <Field label={t`From`} error={errors.start} hint={t`Empty: from the first bar`}>
        <Input type="date" value={draft.start} onChange={(e) => set({ start: e.target.value })} />
      </Field>
      <Field label={t`Until`} error={errors.end} hint={t`Empty: to the last bar`}>
        <Input type="date" value={draft.end} onChange={(e) => set({ end: e.target.value })} />
      </Field>
      <Field label={t`Fill`} error={errors.fill}>
        <Select
          value={draft.fill}
          options={[
            { value: 'next_open', label: t`Next open` },
            { value: 'next_close', label: t`Next close` },
            { value: 'same_close', label: t`Same close`, note: t`Optimistic: nobody can trade it` },
          ]}
          onChange={(fill) => set({ fill })}
        />
      </Field>
      <Field label={t`Name`} error={errors.name} hint={t`Empty: named after the idea`}>
        <Input value={draft.name} onChange={(event) => set({ name: event.target.value })} />
      </Field>
      <Kept kept={draft.kept} onLeave={() => set({ kept: null })} />
    </div>
  );
}

type DatasetProps = FormProps & { kind: 'bars' | 'actions'; label: string; none: string };

function Dataset({ kind, label, none, draft, set, errors }: DatasetProps) {
  const datasets = flat(useInfiniteQuery(datasetsQuery()).data?.pages).filter(
    (one) => one.kind === kind && one.latest,
  );
  return (
    <Field label={label} error={errors[kind]}>
      <Select
        value={draft[kind] || NONE}
        options={[
          { value: NONE, label: none },
          ...datasets.map((one) => ({ value: one.id, label: one.name })),
        ]}
        onChange={(id) => set({ [kind]: id === NONE ? '' : id })}
      />
    </Field>
  );
}
