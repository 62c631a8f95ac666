import { useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Combobox } from '@/components/Combobox';
import { Field, Input } from '@/components/Field';
import { Fold } from '@/components/Fold';
import { NumberField } from '@/components/NumberField';
import { Select } from '@/components/Select';
import { Tooltip } from '@/components/Tooltip';
import { cx } from '@/lib/classes';
import { datasetsQuery } from '@/lib/queries/datasets';
import { flat } from '@/lib/queries/keys';
import { Chips } from './Chips';
import type { Draft } from './draft';
import { ParameterField } from './ParameterField';
import { changed, type Values } from './parameter';
import { ALL, DEFAULTS, GROUPS, PRESETS, presetOf, presetValues } from './settingsParameters';

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
  const { t, i18n } = useLingui();
  const { settings } = draft;
  const change = (values: Values): void => set({ settings: { ...settings, ...values } });
  const { start, end } = settings;
  return (
    <div className="flex flex-col gap-3">
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
        <Field label={t`From`} error={errors.start} hint={t`Empty: from the first bar`}>
          <Input
            type="date"
            value={start ?? ''}
            onChange={(e) => change({ start: e.target.value || null })}
          />
        </Field>
        <Field
          label={t`Until`}
          error={start && end && start >= end ? t`After the first day` : errors.end}
          hint={t`Empty: to the last bar`}
        >
          <Input
            type="date"
            value={end ?? ''}
            onChange={(e) => change({ end: e.target.value || null })}
          />
        </Field>
        <Field label={t`Initial cash`} error={errors.initial_cash}>
          <NumberField
            value={settings.initial_cash ?? null}
            min={1}
            onChange={(cash) => change({ initial_cash: cash ?? DEFAULTS.initial_cash })}
          />
        </Field>
        <Field label={t`Index for context`} error={errors.benchmark} hint={t`Bought and held`}>
          <Combobox
            value={benchmark ?? ''}
            options={[
              { value: '', label: t`None` },
              ...known.map((key) => ({ value: key, label: key })),
            ]}
            onChange={(next) => set({ benchmark: next })}
          />
        </Field>
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
      <Presets draft={draft} onPick={change} />
      <Chips
        label={t`Changed settings`}
        parameters={ALL}
        values={settings}
        usual={DEFAULTS}
        onReset={change}
      />
      <div>
        {GROUPS.map(({ key, title, parameters }) => {
          const different = changed(parameters, settings, DEFAULTS).length;
          const wrong = parameters.some((one) => errors[one.name]);
          return (
            <Fold
              key={`${key}${wrong}`}
              title={i18n._(title)}
              note={different ? t`${different} not as usual` : undefined}
              open={wrong}
            >
              {parameters
                .filter((one) => one.when?.(settings) ?? true)
                .map((one) => (
                  <ParameterField
                    key={one.name}
                    parameter={one}
                    values={settings}
                    known={known}
                    error={errors[one.name]}
                    onChange={(name, value) => change({ [name]: value })}
                  />
                ))}
            </Fold>
          );
        })}
      </div>
    </div>
  );
}

/** Costs of well-known kinds of trader, a click each. */
function Presets({ draft, onPick }: { draft: Draft; onPick: (values: Values) => void }) {
  const { t, i18n } = useLingui();
  const chosen = presetOf(draft.settings);
  return (
    <div role="group" aria-label={t`Costs of`} className="flex flex-wrap items-center gap-1.5">
      <span className="pr-1 text-12 font-medium text-text-2">{t`Costs of`}</span>
      {PRESETS.map((preset) => (
        <Tooltip key={preset.key} text={i18n._(preset.note)}>
          <button
            type="button"
            aria-pressed={chosen === preset.key}
            onClick={() => onPick(presetValues(preset))}
            className={cx(
              'h-6 rounded-md border px-2 text-12 transition-colors hover:border-line-strong',
              chosen === preset.key
                ? 'border-accent bg-accent-soft text-accent-text'
                : 'border-line text-text-2',
            )}
          >
            {i18n._(preset.label)}
          </button>
        </Tooltip>
      ))}
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
