import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field } from '@/components/Field';
import { NumberField } from '@/components/NumberField';
import { Segmented } from '@/components/Segmented';
import { Select } from '@/components/Select';
import { Reason } from '@/components/States';
import { Switch } from '@/components/Switch';
import { type Dataset, datasetsQuery } from '@/lib/queries/datasets';
import type { FeatureSetDetail } from '@/lib/queries/features';
import { usePostChain } from '@/lib/queries/jobs';
import { flat } from '@/lib/queries/keys';
import { universesQuery } from '@/lib/queries/universes';
import { chainOf } from './compute';

type ComputeProps = { set: FeatureSetDetail; onClose: () => void; onPosted: (job: string) => void };
type Choice = { universe: string | null; bars: string | null; context: string[] };

/** Over which instruments and data a set is computed: another span, another universe, or newer days. */
export function ComputeDialog({ set, onClose, onPosted }: ComputeProps) {
  const { t } = useLingui();
  const universes = flat(useInfiniteQuery(universesQuery()).data?.pages);
  const datasets = flat(useInfiniteQuery(datasetsQuery()).data?.pages).filter((one) => one.latest);
  const before = set.computed?.inputs;
  const [chosen, setChosen] = useState<Choice>({
    universe: before?.universe_id ?? null,
    bars: before?.bars_id ?? null,
    context: before?.context_ids ?? [],
  });
  const [kind, setKind] = useState<'measure' | 'values'>('measure');
  const [horizon, setHorizon] = useState<number | null>(before?.horizon ?? 5);
  const [publish, setPublish] = useState(false);
  const post = usePostChain();
  const bars = datasets.filter((one) => one.kind === 'bars');
  const universe = universes.find((one) => one.id === chosen.universe) ?? universes[0];
  const price = bars.find((one) => one.id === chosen.bars) ?? bars[0];
  const context = datasets.filter((one) => chosen.context.includes(one.id));
  const ready = universe && price?.latest && (kind === 'values' || horizon);

  const send = (): void => {
    if (!universe || !price?.latest) return;
    const wanted = {
      universe: universe.latest.id,
      bars: price.latest.id,
      context: context.flatMap((one) => one.latest?.id ?? []),
      horizon: kind === 'measure' ? horizon : null,
      lag: before?.decision_lag_minutes ?? 30,
      publish,
    };
    const name = kind === 'measure' ? t`Compute ${set.name}` : t`Update ${set.name}`;
    post.mutate(chainOf(set.latest.id, name, wanted), {
      onSuccess: ({ keys }) => {
        onPosted(keys.values ?? '');
        onClose();
      },
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Compute ${set.name}`}
      description={t`Only what nobody has computed yet is computed; the rest is taken as it is.`}
      footer={
        <>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button tone="primary" onClick={send} disabled={!ready} busy={post.isPending}>
            <Trans>Compute</Trans>
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Segmented
          label={t`What is made`}
          value={kind}
          onChange={setKind}
          options={[
            { value: 'measure', label: t`Values and statistics` },
            { value: 'values', label: t`Values only` },
          ]}
        />
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label={t`Universe`}>
            <Select
              value={universe?.id ?? null}
              options={universes.map((one) => ({ value: one.id, label: one.name }))}
              onChange={(id) => setChosen({ ...chosen, universe: id })}
            />
          </Field>
          <Field label={t`Bars`} hint={t`The newest version`}>
            <Select
              value={price?.id ?? null}
              options={bars.map((one) => ({ value: one.id, label: one.name }))}
              onChange={(id) => setChosen({ ...chosen, bars: id })}
            />
          </Field>
        </div>
        <Context
          datasets={datasets}
          chosen={chosen.context}
          onChange={(ids) => setChosen({ ...chosen, context: ids })}
        />
        {kind === 'measure' && (
          <Field
            label={t`Return over`}
            hint={t`Bars. Each feature measured is a trial of your question.`}
          >
            <NumberField value={horizon} onChange={setHorizon} min={1} max={500} />
          </Field>
        )}
        <Switch label={t`Publish to scoring when done`} checked={publish} onChange={setPublish} />
        {post.error && (
          <p role="alert" className="text-12 text-loss">
            <Reason error={post.error} />
          </p>
        )}
      </div>
    </Dialog>
  );
}

type ContextProps = {
  datasets: Dataset[];
  chosen: string[];
  onChange: (ids: string[]) => void;
};

/** Everything beside bars that the features may read. */
function Context({ datasets, chosen, onChange }: ContextProps) {
  const { t } = useLingui();
  const others = datasets.filter((one) => one.kind !== 'bars');
  if (others.length === 0) return null;
  return (
    <fieldset>
      <legend className="pb-1 text-12 font-medium text-text-2">{t`Further data`}</legend>
      <div className="grid gap-1 sm:grid-cols-2">
        {others.map((one) => (
          <label key={one.id} className="flex min-h-6 items-center gap-2 text-12">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={chosen.includes(one.id)}
              onChange={(event) =>
                onChange(
                  event.target.checked ? [...chosen, one.id] : chosen.filter((id) => id !== one.id),
                )
              }
            />
            <span className="min-w-0 truncate">{one.name}</span>
            <span className="text-text-3">{one.kind}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
