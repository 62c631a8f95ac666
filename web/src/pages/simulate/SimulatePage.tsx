import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Field, Input } from '@/components/Field';
import { Page } from '@/components/Page';
import { Select } from '@/components/Select';
import { Reason } from '@/components/States';
import { formatInteger } from '@/lib/format';
import { fieldErrors } from '@/lib/problem';
import { backtestQuery, useSimulate } from '@/lib/queries/backtests';
import { flat } from '@/lib/queries/keys';
import { questionsQuery } from '@/lib/queries/questions';
import { builtInQuery } from '@/lib/queries/strategies';
import { universesQuery } from '@/lib/queries/universes';
import { DEFAULTS, type Draft, isReady, nameOf, ofBacktest, ofSpec, requestOf } from './draft';
import { Idea } from './Idea';
import { Progressing } from './Progressing';
import { Settings } from './Settings';

const route = getRouteApi('/shell/simulate');
const OWN = 'own';
const ALONE = 'alone';

export default function SimulatePage() {
  const { t } = useLingui();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const universes = flat(useInfiniteQuery(universesQuery()).data?.pages);
  const questions = flat(useInfiniteQuery(questionsQuery()).data?.pages);
  const builtIns = useQuery(builtInQuery()).data ?? [];
  const simulate = useSimulate();
  const [draft, setDraft] = useState<Draft>({ ...DEFAULTS, score: search.expression ?? '' });
  const [name, setName] = useState('');
  const [question, setQuestion] = useState(ALONE);
  const set = (change: Partial<Draft>): void => setDraft((before) => ({ ...before, ...change }));
  usePrefill(search.from, set, setQuestion);

  const builtIn = builtIns.find((one) => one.key === search.strategy);
  useEffect(() => {
    if (builtIn) setDraft((before) => ({ ...before, ...ofSpec(builtIn.spec) }));
  }, [builtIn]);

  const universe = universes.find((one) => one.id === search.universe) ?? universes[0];
  const errors = fieldErrors(simulate.error);
  const ready = Boolean(universe) && isReady(draft) && !simulate.isPending;
  const submit = (event?: FormEvent): void => {
    event?.preventDefault();
    if (!ready || !universe) return;
    const given = name.trim() || nameOf(draft, builtIn);
    const asked = question === ALONE ? null : question;
    simulate.mutate(requestOf(draft, { universe: universe.id, question: asked, name: given }));
  };
  return (
    <Page
      title={t`Simulate`}
      meta={<Trans>An idea, its costs, and whether to believe it.</Trans>}
      actions={
        <Button
          tone="primary"
          type="submit"
          form="simulate"
          icon={<Play aria-hidden />}
          busy={simulate.isPending}
          disabled={!ready}
        >
          {t`Simulate`}
        </Button>
      }
    >
      {simulate.data && <Progressing key={simulate.data.job.id} jobId={simulate.data.job.id} />}
      {simulate.error && (
        <Card aria-label={t`The simulation was refused`}>
          <p role="alert" className="text-13 text-loss">
            <Reason error={simulate.error} />
          </p>
        </Card>
      )}
      <form
        id="simulate"
        onSubmit={submit}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
        }}
        className="grid items-start gap-3 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]"
      >
        <Card title={t`Idea`}>
          <div className="flex flex-col gap-3">
            <div className="grid gap-3 sm:grid-cols-2">
              <Field label={t`Universe`} error={errors.universe}>
                <Select
                  value={universe?.id ?? null}
                  placeholder={t`Make a universe on the Data page`}
                  options={universes.map((one) => ({
                    value: one.id,
                    label: one.name,
                    note: t`${formatInteger(one.latest.size)} instruments`,
                  }))}
                  onChange={(next) =>
                    void navigate({
                      search: (before) => ({ ...before, universe: next }),
                      replace: true,
                    })
                  }
                />
              </Field>
              <Field label={t`Start from`}>
                <Select
                  value={builtIn?.key ?? OWN}
                  options={[
                    { value: OWN, label: t`An expression of my own` },
                    ...builtIns.map((one) => ({
                      value: one.key,
                      label: one.name,
                      note: one.description,
                    })),
                  ]}
                  onChange={(next) =>
                    void navigate({
                      search: (before) => ({
                        ...before,
                        strategy: next === OWN ? undefined : next,
                      }),
                      replace: true,
                    })
                  }
                />
              </Field>
            </div>
            {universe?.latest.biased && (
              <p className="flex items-start gap-2 text-12 text-text-2">
                <Badge tone="warn">{t`biased`}</Badge>
                <span>{universe.latest.bias_reason}</span>
              </p>
            )}
            <Idea draft={draft} set={set} errors={errors} />
          </div>
        </Card>
        <Card title={t`Settings`}>
          <div className="flex flex-col gap-3">
            <div className="grid gap-3 sm:grid-cols-2">
              <Field label={t`Name`} error={errors.name} hint={t`Empty: named after the idea`}>
                <Input value={name} onChange={(event) => setName(event.target.value)} />
              </Field>
              <Field
                label={t`Question`}
                error={errors.question}
                hint={t`Its trials count against each other`}
              >
                <Select
                  value={question}
                  options={[
                    { value: ALONE, label: t`My own ideas` },
                    ...questions.map((one) => ({
                      value: one.id,
                      label: one.name,
                      note: t`${formatInteger(one.trials)} trials`,
                    })),
                  ]}
                  onChange={setQuestion}
                />
              </Field>
            </div>
            <Settings draft={draft} set={set} errors={errors} />
          </div>
        </Card>
      </form>
    </Page>
  );
}

/** Takes over the strategy and settings of an earlier backtest, once they are read. */
function usePrefill(
  from: string | undefined,
  set: (change: Partial<Draft>) => void,
  setQuestion: (question: string) => void,
): void {
  const { data } = useQuery({ ...backtestQuery(from ?? ''), enabled: Boolean(from) });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was read starts it
  useEffect(() => {
    if (!data) return;
    set(ofBacktest(data));
    setQuestion(data.question.id);
  }, [data]);
}
