import { Trans, useLingui } from '@lingui/react/macro';
import { X } from 'lucide-react';
import { changed, type Parameter, type Values, written } from './parameter';

type ChipsProps = {
  label: string;
  parameters: Parameter[];
  values: Values;
  usual: Values;
  onReset: (change: Values) => void;
};

/** What is not as usual, each with a way back. */
export function Chips({ label, parameters, values, usual, onReset }: ChipsProps) {
  const { t, i18n } = useLingui();
  const different = changed(parameters, values, usual);
  if (different.length === 0) return null;
  const back = (names: string[]): void =>
    onReset(Object.fromEntries(names.map((name) => [name, usual[name] ?? null])));
  return (
    <ul aria-label={label} className="flex flex-wrap items-center gap-1.5">
      {different.map((one) => {
        const name = i18n._(one.label);
        return (
          <li key={one.name} className="max-w-full">
            <button
              type="button"
              title={t`Back to ${written(i18n, one, usual[one.name])}`}
              aria-label={t`${name}: back to ${written(i18n, one, usual[one.name])}`}
              onClick={() => back([one.name])}
              className="inline-flex h-6 max-w-full items-center gap-1.5 rounded-full bg-accent-soft px-2.5 text-11 text-accent-text hover:bg-surface-3"
            >
              <span className="truncate">
                {name} <b className="font-semibold">{written(i18n, one, values[one.name])}</b>
              </span>
              <X className="size-3 shrink-0" aria-hidden />
            </button>
          </li>
        );
      })}
      <li>
        <button
          type="button"
          onClick={() => back(different.map((one) => one.name))}
          className="h-6 px-1.5 text-11 text-text-2 hover:text-text hover:underline"
        >
          <Trans>Reset all</Trans>
        </button>
      </li>
    </ul>
  );
}
