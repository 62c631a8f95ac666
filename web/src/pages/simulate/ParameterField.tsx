import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { Combobox } from '@/components/Combobox';
import { ExpressionField } from '@/components/ExpressionField';
import { Field, TextArea } from '@/components/Field';
import { NumberField } from '@/components/NumberField';
import { Select } from '@/components/Select';
import { cx } from '@/lib/classes';
import { factorOf, type Parameter, UNITS, type Values } from './parameter';

type ParameterFieldProps = {
  parameter: Parameter;
  values: Values;
  onChange: (name: string, value: unknown) => void;
  error?: string | undefined;
  /** Instruments that one may be chosen from. */
  known?: string[];
};

/** One parameter of a strategy or an account. */
export function ParameterField(props: ParameterFieldProps) {
  const { parameter, values, onChange, error } = props;
  const { i18n } = useLingui();
  const [wrong, setWrong] = useState<string | null>(null);
  const wide = parameter.type === 'expression' || parameter.type === 'lines';
  return (
    <Field
      label={i18n._(parameter.label)}
      error={wrong ?? error}
      hint={parameter.help ? i18n._(parameter.help) : undefined}
      className={cx(wide && 'col-span-full')}
    >
      <Control
        {...props}
        value={values[parameter.name]}
        onWrong={setWrong}
        set={(value) => onChange(parameter.name, value)}
      />
    </Field>
  );
}

type ControlProps = ParameterFieldProps & {
  value: unknown;
  set: (value: unknown) => void;
  onWrong: (text: string | null) => void;
};

function Control({ parameter, value, set, known = [], onWrong }: ControlProps) {
  const { i18n } = useLingui();
  switch (parameter.type) {
    case 'number':
      return <Amount parameter={parameter} value={value} set={set} />;
    case 'choice': {
      const now = String(value ?? '');
      const options = parameter.choices.map((one) => ({
        value: one.value,
        label: i18n._(one.label),
        note: one.note && i18n._(one.note),
      }));
      const missing = now && !options.some((one) => one.value === now);
      const other = { value: now, label: now, note: undefined };
      return (
        <Select
          value={now}
          options={missing ? [...options, other] : options}
          onChange={(next) => set(next || null)}
        />
      );
    }
    case 'expression':
      return (
        <ExpressionField
          value={String(value ?? '')}
          onChange={set}
          placeholder={parameter.placeholder}
        />
      );
    case 'instrument':
      return (
        <Combobox
          value={String(value ?? '')}
          options={[
            { value: '', label: i18n._(parameter.empty) },
            ...known.map((key) => ({ value: key, label: key })),
          ]}
          onChange={(next) => set(next || null)}
        />
      );
    default:
      return <Lines parameter={parameter} value={value} set={set} onWrong={onWrong} />;
  }
}

type Of<Type extends Parameter['type']> = Extract<Parameter, { type: Type }>;

function Amount({
  parameter,
  value,
  set,
}: {
  parameter: Of<'number'>;
  value: unknown;
  set: (value: unknown) => void;
}) {
  const { i18n } = useLingui();
  const factor = factorOf(parameter.unit);
  const { unit, empty, min, max, step } = parameter;
  return (
    <NumberField
      value={typeof value === 'number' ? Number((value * factor).toPrecision(12)) : null}
      min={min}
      max={max}
      {...(step ? { step } : {})}
      {...(unit ? { unit: i18n._(UNITS[unit]) } : {})}
      {...(empty ? { placeholder: i18n._(empty) } : {})}
      onChange={(next) => {
        if (next !== null) set(Number((next / factor).toPrecision(12)));
        else set(empty ? null : Math.max(0, min));
      }}
      {...(unit === 'yearly' ? { className: '[&_input]:pr-20' } : {})}
      {...(unit && ['names', 'shares', 'bars', 'cash'].includes(unit)
        ? { className: '[&_input]:pr-16' }
        : {})}
    />
  );
}

/** A list as lines of text; what cannot be read is said here and not taken over. */
function Lines({
  parameter,
  value,
  set,
  onWrong,
}: {
  parameter: Of<'lines'>;
  value: unknown;
  set: (value: unknown) => void;
  onWrong: (text: string | null) => void;
}) {
  const { t } = useLingui();
  const outside = parameter.write(value);
  const [text, setText] = useState(outside);
  const [last, setLast] = useState(outside);
  if (outside !== last) {
    setLast(outside);
    // A preset or a reset changed it; what the reader types stays as typed.
    if (JSON.stringify(parameter.read(text)) !== JSON.stringify(value)) setText(outside);
  }
  return (
    <TextArea
      value={text}
      rows={2}
      placeholder={parameter.placeholder}
      className="min-h-12 font-mono text-12"
      onChange={(event) => {
        setText(event.target.value);
        const found = parameter.read(event.target.value);
        onWrong(
          found === null
            ? t`A line is a name and a number, such as ${parameter.placeholder}`
            : null,
        );
        if (found !== null) set(found);
      }}
    />
  );
}
