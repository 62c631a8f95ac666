import { useLingui } from '@lingui/react/macro';
import { Field } from '@/components/Field';
import { NumberField } from '@/components/NumberField';
import { Segmented } from '@/components/Segmented';
import { Select } from '@/components/Select';
import { measureOf } from '@/lib/sweepWords';
import type { Search as Method, Objective } from './draft';
import type { FormProps } from './Template';

const OBJECTIVES: Objective[] = ['sharpe', 'cagr', 'calmar', 'max_drawdown', 'volatility'];
const MOST = { random: 10_000, optuna: 2_000 } as const;

/** Which of the combinations are tried: all, some drawn at random, or some chosen as results come in. */
export function Search({ draft, set, errors }: FormProps) {
  const { t, i18n } = useLingui();
  const { search } = draft;
  const about = {
    grid: t`Every combination: the heat map has no holes.`,
    random: t`Combinations drawn evenly, each once.`,
    optuna: t`Each choice looks at the results before it (Optuna, TPE). The best comes sooner, and there is no walk-forward.`,
  };
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Segmented<Method>
          label={t`Search`}
          value={search}
          options={[
            { value: 'grid', label: t`Grid` },
            { value: 'random', label: t`Random` },
            { value: 'optuna', label: t`Guided` },
          ]}
          onChange={(next) => set({ search: next })}
        />
        <p className="min-w-0 flex-1 basis-60 text-11 text-text-3">{about[search]}</p>
      </div>
      {search !== 'grid' && (
        <div className="grid grid-cols-2 gap-3 sm:grid-cols-3">
          <Field label={t`Combinations to try`} error={errors.count}>
            <NumberField
              value={draft.count}
              min={1}
              max={MOST[search]}
              onChange={(count) => set({ count: count ?? 1 })}
            />
          </Field>
          <Field label={t`Seed`} error={errors.seed} hint={t`The same seed tries the same`}>
            <NumberField
              value={draft.seed}
              min={0}
              max={999_999_999}
              onChange={(seed) => set({ seed: seed ?? 0 })}
            />
          </Field>
          {search === 'optuna' && (
            <Field
              label={t`Objective`}
              error={errors.objective}
              hint={t`What it seeks the best of`}
            >
              <Select
                value={draft.objective}
                options={OBJECTIVES.map((one) => ({
                  value: one,
                  label: i18n._(measureOf(one).label),
                }))}
                onChange={(objective) => set({ objective })}
              />
            </Field>
          )}
        </div>
      )}
    </div>
  );
}
