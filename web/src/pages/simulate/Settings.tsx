import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Combobox } from '@/components/Combobox';
import { Field, Input } from '@/components/Field';
import { NumberField } from '@/components/NumberField';
import { Select } from '@/components/Select';
import { flat } from '@/lib/queries/keys';
import { universesQuery } from '@/lib/queries/universes';
import type { Draft } from './draft';

type SettingsProps = {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  errors: Record<string, string>;
};

/** How the account trades. The defaults are sensible; all is stored with the result. */
export function Settings({ draft, set, errors }: SettingsProps) {
  const { t } = useLingui();
  return (
    <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
      <Field label={t`From`} error={errors.start} hint={t`Empty: from the first bar`}>
        <Input type="date" value={draft.start} onChange={(e) => set({ start: e.target.value })} />
      </Field>
      <Field label={t`Until`} error={errors.end} hint={t`Empty: to the last bar`}>
        <Input type="date" value={draft.end} onChange={(e) => set({ end: e.target.value })} />
      </Field>
      <Field label={t`Initial cash`} error={errors.initial_cash}>
        <NumberField value={draft.cash} min={1} onChange={(cash) => set({ cash: cash ?? 0 })} />
      </Field>
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
      <Field label={t`Fill`} error={errors.fill}>
        <Select
          value={draft.fill}
          options={[
            { value: 'next_open', label: t`Next open` },
            { value: 'same_close', label: t`Same close`, note: t`Optimistic: nobody can trade it` },
          ]}
          onChange={(fill) => set({ fill })}
        />
      </Field>
      <Field label={t`Borrowing`} error={errors.borrow_fee} hint={<Trans>a year, on shorts</Trans>}>
        <NumberField
          value={draft.borrowFee * 100}
          min={0}
          max={100}
          step={0.5}
          unit="%"
          onChange={(value) => set({ borrowFee: (value ?? 0) / 100 })}
        />
      </Field>
      <Field label={t`Interest on cash`} error={errors.cash_interest} hint={<Trans>a year</Trans>}>
        <NumberField
          value={draft.cashInterest * 100}
          min={0}
          max={100}
          step={0.5}
          unit="%"
          onChange={(value) => set({ cashInterest: (value ?? 0) / 100 })}
        />
      </Field>
      <Field
        label={t`Index for context`}
        error={errors.benchmark}
        hint={t`Beside the universe held equally, which always stands first`}
      >
        <Benchmark value={draft.benchmark} onChange={(benchmark) => set({ benchmark })} />
      </Field>
    </div>
  );
}

function Benchmark({ value, onChange }: { value: string; onChange: (key: string) => void }) {
  const universes = flat(useInfiniteQuery(universesQuery()).data?.pages);
  const keys = new Set(universes.flatMap((one) => one.latest.instruments));
  if (value) keys.add(value);
  const options = [...keys].toSorted().map((key) => ({ value: key, label: key }));
  return <Combobox value={value || null} options={options} onChange={onChange} />;
}
