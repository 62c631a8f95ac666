import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Badge } from '@/components/Badge';
import { Field } from '@/components/Field';
import { Select } from '@/components/Select';
import type { BuiltIn } from '@/lib/queries/strategies';
import type { Universe } from '@/lib/queries/universes';

const OWN = 'own';

type SubjectProps = {
  universes: Universe[];
  universe: Universe | undefined;
  builtIns: BuiltIn[];
  builtIn: BuiltIn | undefined;
  error: string | undefined;
  onChange: (change: { universe?: string; strategy?: string | undefined }) => void;
};

/** What is traded, and which known strategy it starts from. */
export function Subject(props: SubjectProps) {
  const { universes, universe, builtIns, builtIn, error, onChange } = props;
  const { t } = useLingui();
  return (
    <>
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label={t`Universe`} error={error}>
          <Select
            value={universe?.id ?? null}
            placeholder={t`Make one on the page of a dataset`}
            options={universes.map((one) => ({
              value: one.id,
              label: one.name,
              note: t`${plural(one.latest.size, { one: '# instrument', other: '# instruments' })}`,
            }))}
            onChange={(next) => onChange({ universe: next })}
          />
        </Field>
        <Field label={t`Start from`}>
          <Select
            value={builtIn?.key ?? OWN}
            options={[
              { value: OWN, label: t`An idea of my own` },
              ...builtIns.map((one) => ({
                value: one.key,
                label: one.name,
                note: one.description,
              })),
            ]}
            onChange={(next) => onChange({ strategy: next === OWN ? undefined : next })}
          />
        </Field>
      </div>
      {builtIn && (
        <p className="text-12 text-text-2">
          {builtIn.description} <span className="text-text-3">{builtIn.source}.</span>
        </p>
      )}
      {universe?.latest.biased && (
        <p className="flex items-start gap-2 text-12 text-text-2">
          <Badge tone="warn">{t`biased`}</Badge>
          <span>{universe.latest.bias_reason}</span>
        </p>
      )}
    </>
  );
}
