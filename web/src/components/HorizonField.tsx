import { useLingui } from '@lingui/react/macro';
import { Field } from './Field';
import { NumberField } from './NumberField';

type Props = { value: number; error?: string | undefined; onChange: (bars: number) => void };

/** Bars that a label looks ahead. */
export function HorizonField({ value, error, onChange }: Props) {
  const { t } = useLingui();
  return (
    <Field label={t`Horizon`} error={error} hint={t`From the next open`}>
      <NumberField
        value={value}
        min={1}
        max={500}
        unit={t`bars`}
        onChange={(bars) => onChange(bars ?? 5)}
      />
    </Field>
  );
}
