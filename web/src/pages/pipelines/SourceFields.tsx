import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Card } from '@/components/Card';
import { Field } from '@/components/Field';
import { NumberField } from '@/components/NumberField';
import { Segmented } from '@/components/Segmented';
import { Select } from '@/components/Select';
import { flat } from '@/lib/queries/keys';
import { universesQuery } from '@/lib/queries/universes';
import type { Draft } from './draft';

type FormProps = {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  errors: Record<string, string>;
};

/** Whether features are given, made from prices, or both. */
export function SourceFields({ draft, set, errors }: FormProps) {
  const { t } = useLingui();
  return (
    <Card title={t`Features`}>
      <div className="flex flex-col gap-3">
        <Segmented
          label={t`Where features come from`}
          value={draft.source}
          options={[
            { value: 'set', label: t`From a set` },
            { value: 'prices', label: t`Generated from prices` },
            { value: 'both', label: t`Both` },
          ]}
          onChange={(source) => set({ source })}
        />
        {draft.source !== 'set' && (
          <Field
            label={t`Candidates`}
            error={errors.budget}
            hint={t`Generated on the older bars; each is a trial, and those that stay become features of yours`}
          >
            <NumberField
              value={draft.budget}
              min={10}
              max={2000}
              onChange={(budget) => set({ budget: budget ?? 200 })}
            />
          </Field>
        )}
      </div>
    </Card>
  );
}

/** The universe that is chosen, or the first one. */
export function useChosenUniverse(chosen: string | null) {
  const universes = flat(useInfiniteQuery(universesQuery()).data?.pages);
  return { universes, id: chosen ?? universes[0]?.id };
}

export function UniverseField(props: {
  chosen: ReturnType<typeof useChosenUniverse>;
  onChoose: (id: string) => void;
  error: string | undefined;
}) {
  const { t } = useLingui();
  return (
    <Field label={t`Universe`} error={props.error} hint={t`Its bars are found`}>
      <Select
        value={props.chosen.id ?? null}
        placeholder={t`Make one on the page of a dataset`}
        options={props.chosen.universes.map((one) => ({
          value: one.id,
          label: one.name,
          note: plural(one.latest.size, { one: '# instrument', other: '# instruments' }),
        }))}
        onChange={props.onChoose}
      />
    </Field>
  );
}
