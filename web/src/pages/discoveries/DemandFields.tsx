import { useLingui } from '@lingui/react/macro';
import { Field } from '@/components/Field';
import { NumberField } from '@/components/NumberField';
import type { FormProps } from './NewDiscoveryPage';

/** What is foretold, what trading costs, and how much luck is allowed among what is found. */
export function DemandFields({ draft, set, errors }: FormProps) {
  const { t } = useLingui();
  return (
    <div className="grid grid-cols-2 gap-3">
      <Field label={t`Return ahead`} error={errors.horizon} hint={t`From the next open`}>
        <NumberField
          value={draft.horizon}
          min={1}
          max={250}
          unit={t`bars`}
          onChange={(value) => set({ horizon: value ?? 5 })}
        />
      </Field>
      <Field label={t`Cost of a trade`} error={errors.cost_bps} hint={t`Of its value`}>
        <NumberField
          value={draft.costBps}
          min={0}
          max={1_000}
          step={0.5}
          unit={t`bp`}
          onChange={(value) => set({ costBps: value ?? 0 })}
        />
      </Field>
      <Field
        label={t`False discoveries at most`}
        error={errors.false_discovery_rate}
        hint={t`Expected share of luck among what is significant, over all candidates`}
        className="col-span-2"
      >
        <NumberField
          value={draft.falseDiscoveryRate}
          min={0.1}
          max={50}
          step={0.1}
          unit="%"
          onChange={(value) => set({ falseDiscoveryRate: value ?? 10 })}
        />
      </Field>
    </div>
  );
}
