import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Field, Input } from '@/components/Field';
import { Fold } from '@/components/Fold';
import { Select } from '@/components/Select';
import { EXITS, type Exit } from './draft';
import type { FormProps } from './Template';

const LABELS: Record<(typeof EXITS)[number], MessageDescriptor> = {
  stop_loss: msg`Stop loss`,
  take_profit: msg`Take profit`,
  trailing: msg`Trailing stop`,
  maximum_bars: msg`Hold at most (bars)`,
  weight: msg`Weight of each`,
};

/** What ends a position of its own, and how large it is: a number, or `$name` to try several. */
export function Exits({ draft, set, errors }: FormProps) {
  const { t, i18n } = useLingui();
  const { exit } = draft;
  const change = (part: Partial<Exit>): void => set({ exit: { ...exit, ...part } });
  const given = EXITS.filter((name) => exit[name].trim()).length;
  const wrong = EXITS.some((name) => errors[name]);
  return (
    <div className="sm:col-span-2">
      <Fold
        key={`${given > 0}${wrong}`}
        title={t`Stops, targets and size`}
        note={given ? t`${given} given` : t`none`}
        open={given > 0 || wrong}
      >
        {EXITS.map((name) => (
          <Field key={name} label={i18n._(LABELS[name])} error={errors[name]}>
            <Input
              value={exit[name]}
              placeholder={name === 'weight' ? t`equal parts` : t`none`}
              onChange={(event) => change({ [name]: event.target.value })}
              className="font-mono text-12"
            />
          </Field>
        ))}
        <Field
          label={t`Distances in`}
          hint={exit.distance === 'atr' ? t`2 is two ranges` : t`0.05 is 5 %`}
        >
          <Select
            value={exit.distance}
            options={[
              { value: 'fraction', label: t`Fractions of the price` },
              { value: 'atr', label: t`Average true ranges` },
            ]}
            onChange={(distance) => change({ distance })}
          />
        </Field>
      </Fold>
    </div>
  );
}
