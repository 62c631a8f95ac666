import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Combobox } from '@/components/Combobox';
import { Field, Input } from '@/components/Field';
import { NumberField } from '@/components/NumberField';
import { Select } from '@/components/Select';
import { datasetsQuery } from '@/lib/queries/datasets';
import { flat } from '@/lib/queries/keys';
import type { Draft } from './draft';

const NONE = 'none';

type SettingsProps = {
  draft: Draft;
  /** What the index for context is when nobody chooses. */
  benchmark: string | null;
  /** Instruments that an index may be chosen from. */
  known: string[];
  set: (change: Partial<Draft>) => void;
  errors: Record<string, string>;
};

/** How the account trades. The defaults are sensible; all is stored with the result. */
export function Settings({ draft, benchmark, known, set, errors }: SettingsProps) {
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
        hint={t`The universe held equally stands first`}
      >
        <Combobox
          value={benchmark ?? ''}
          options={[
            { value: '', label: t`None` },
            ...known.map((key) => ({ value: key, label: key })),
          ]}
          onChange={(next) => set({ benchmark: next })}
        />
      </Field>
      <div className="col-span-full grid grid-cols-2 gap-3">
        <Dataset
          kind="bars"
          label={t`Prices`}
          none={t`Found for the universe`}
          value={draft.bars}
          error={errors.bars}
          onChange={(bars) => set({ bars })}
        />
        <Dataset
          kind="actions"
          label={t`Dividends`}
          none={t`Left out`}
          hint={t`Left out: price returns`}
          value={draft.actions}
          error={errors.actions}
          onChange={(actions) => set({ actions })}
        />
      </div>
    </div>
  );
}

type DatasetProps = {
  kind: 'bars' | 'actions';
  label: string;
  none: string;
  hint?: string;
  value: string;
  error: string | undefined;
  onChange: (id: string) => void;
};

/** A dataset of one kind, or what happens without a choice. */
function Dataset({ kind, label, none, hint, value, error, onChange }: DatasetProps) {
  const datasets = flat(useInfiniteQuery(datasetsQuery()).data?.pages);
  const found = datasets.filter((one) => one.kind === kind && one.latest);
  return (
    <Field label={label} error={error} {...(hint ? { hint } : {})}>
      <Select
        value={value || NONE}
        options={[
          { value: NONE, label: none },
          ...found.map((one) => ({ value: one.id, label: one.name })),
        ]}
        onChange={(next) => onChange(next === NONE ? '' : next)}
      />
    </Field>
  );
}
