import { NumberField as Base } from '@base-ui/react/number-field';
import { useLingui } from '@lingui/react';
import { INPUT, useField } from '@/components/Field';
import { cx } from '@/lib/classes';

type NumberFieldProps = {
  value: number | null;
  onChange: (value: number | null) => void;
  min?: number;
  max?: number;
  step?: number;
  /** Written behind the number: "bp", "%", "days". */
  unit?: string;
  digits?: number;
  label?: string;
  /** What an empty field means. */
  placeholder?: string;
  disabled?: boolean;
  className?: string;
};

/** `<NumberField value={top} onChange={setTop} min={1} max={30} unit="names" />` */
export function NumberField(props: NumberFieldProps) {
  const { value, onChange, min, max, step = 1, unit, digits, label, disabled, className } = props;
  const { placeholder } = props;
  const { id, ...described } = useField();
  const { i18n } = useLingui();
  return (
    <Base.Root
      {...(id ? { id } : {})}
      value={value}
      locale={i18n.locale}
      onValueChange={onChange}
      {...(min === undefined ? {} : { min })}
      {...(max === undefined ? {} : { max })}
      step={step}
      disabled={disabled ?? false}
      format={
        digits === undefined ? { maximumFractionDigits: 8 } : { maximumFractionDigits: digits }
      }
      className={cx('relative', className)}
    >
      <Base.Input
        aria-label={label}
        placeholder={placeholder}
        {...described}
        className={cx(INPUT, 'text-right tabular', unit && 'pr-12')}
      />
      {unit && (
        <span className="pointer-events-none absolute top-1.5 right-2.5 text-12 text-text-3">
          {unit}
        </span>
      )}
    </Base.Root>
  );
}
