import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { Field, Input } from '@/components/Field';
import { NumberField } from '@/components/NumberField';
import { Segmented } from '@/components/Segmented';
import { formatInteger } from '@/lib/format';
import type { SweepChecked } from '@/lib/queries/sweeps';
import { namesOf, type Row, rowOf, valuesOf } from './draft';
import type { FormProps } from './Template';

/** A row for each `$name` of the template: its values, counted as they are typed. */
export function Parameters({ draft, set, errors }: FormProps) {
  const { t } = useLingui();
  const names = namesOf(draft);
  const change = (name: string, part: Partial<Row>): void =>
    set({ rows: { ...draft.rows, [name]: { ...rowOf(draft, name), ...part } } });
  return (
    <div className="flex flex-col gap-3">
      {names.length === 0 && (
        <p className="text-12 text-text-2">
          <Trans>The template has no parameters yet: write, for example, $days for a number.</Trans>
        </p>
      )}
      {names.map((name) => (
        <ParameterRow
          key={name}
          name={name}
          row={rowOf(draft, name)}
          error={errors[name]}
          onChange={(part) => change(name, part)}
        />
      ))}
      <Field
        label={t`Only where`}
        error={errors.where}
        hint={t`A comparison of parameters; empty: all combinations`}
      >
        <Input
          value={draft.where}
          placeholder="fast < slow"
          onChange={(event) => set({ where: event.target.value })}
          className="font-mono text-12"
        />
      </Field>
    </div>
  );
}

type ParameterRowProps = {
  name: string;
  row: Row;
  error: string | undefined;
  onChange: (part: Partial<Row>) => void;
};

function ParameterRow({ name, row, error, onChange }: ParameterRowProps) {
  const { t } = useLingui();
  const values = valuesOf(row);
  const shown = values.length > 4 ? [...values.slice(0, 3), '…', values.at(-1)] : values;
  const number = (part: 'from' | 'to' | 'step', label: string) => (
    <NumberField
      label={t`${name}: ${label}`}
      value={row[part]}
      onChange={(value) => onChange({ [part]: value ?? 0 })}
    />
  );
  return (
    <fieldset className="flex flex-col gap-1 border-line-soft border-b pb-3">
      <legend className="sr-only">{name}</legend>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <code className="font-mono text-13 font-medium">${name}</code>
        <Segmented<Row['mode']>
          label={t`Values of ${name}`}
          value={row.mode}
          options={[
            { value: 'range', label: t`Range` },
            { value: 'list', label: t`List` },
          ]}
          onChange={(mode) =>
            onChange(mode === 'list' && !row.list ? { mode, list: values.join(', ') } : { mode })
          }
        />
        <span className="ml-auto text-12 text-text-2 tabular" aria-live="polite">
          {plural(values.length, { one: '# value', other: '# values' })}
        </span>
      </div>
      {row.mode === 'range' ? (
        <div className="grid grid-cols-3 gap-2">
          <Labelled text={t`from`}>{number('from', t`from`)}</Labelled>
          <Labelled text={t`to`}>{number('to', t`to`)}</Labelled>
          <Labelled text={t`step`}>{number('step', t`step`)}</Labelled>
        </div>
      ) : (
        <Input
          aria-label={t`Values of ${name}`}
          value={row.list}
          placeholder="5, 10, 20, 50"
          onChange={(event) => onChange({ list: event.target.value })}
          className="font-mono text-12"
        />
      )}
      <p className={error || !values.length ? 'text-11 text-loss' : 'text-11 text-text-3 tabular'}>
        {error ?? (values.length ? shown.join(', ') : t`These are no numbers to try.`)}
      </p>
    </fieldset>
  );
}

function Labelled({ text, children }: { text: string; children: React.ReactNode }) {
  return (
    <div className="flex min-w-0 items-center gap-1.5 text-11 text-text-3">
      <span aria-hidden className="shrink-0">
        {text}
      </span>
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}

/** How many combinations there are, and about how long they take. */
export function Count({ checked }: { checked: SweepChecked | undefined }) {
  const { t } = useLingui();
  if (!checked) return <span>{t`Counting combinations…`}</span>;
  if (!checked.ok) return <span>{t`Nothing can be tried yet`}</span>;
  const count = formatInteger(checked.combinations);
  const costs = {
    seconds: t`takes seconds`,
    minutes: t`takes minutes: each combination trades the whole universe`,
    long: t`takes long: each combination trades the whole universe`,
  };
  return (
    <span className="tabular">
      <b className="font-semibold text-text">
        {plural(checked.combinations, { one: '# combination', other: `${count} combinations` })}
      </b>{' '}
      · {costs[checked.cost]}
    </span>
  );
}
