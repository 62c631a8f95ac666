import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useRouter } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { type FormEvent, type SetStateAction, useEffect, useState } from 'react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Language } from '@/components/expression/Language';
import { Page } from '@/components/Page';
import { Reason } from '@/components/States';
import { joined } from '@/lib/expression/text';
import { formatPercent } from '@/lib/format';
import { fieldErrors } from '@/lib/problem';
import { useSimulate } from '@/lib/queries/backtests';
import { isUnfinished, type Job } from '@/lib/queries/jobs';
import { flat } from '@/lib/queries/keys';
import { useCreateQuestion } from '@/lib/queries/questions';
import { builtInQuery } from '@/lib/queries/strategies';
import { universesQuery } from '@/lib/queries/universes';
import { ALONE, type Asked, AskedFields, NEW } from './Asked';
import { benchmarkOf, DEFAULTS, type Draft, isReady, nameOf, requestOf, withSpec } from './draft';
import { Examples } from './Examples';
import { take } from './examples';
import { Idea } from './Idea';
import { Settings } from './Settings';
import { Subject } from './Subject';
import { USUAL } from './strategyParameters';
import { usePrefill } from './usePrefill';
import { useRun } from './useRun';

const route = getRouteApi('/shell/simulate');

export default function SimulatePage() {
  const { t } = useLingui();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const universes = flat(useInfiniteQuery(universesQuery()).data?.pages);
  const builtIns = useQuery(builtInQuery()).data ?? [];
  const simulate = useSimulate();
  const createQuestion = useCreateQuestion();
  const [draft, setDraft] = useState<Draft>(() =>
    withSpec(DEFAULTS, search.expression ? { score: search.expression } : {}),
  );
  const [asked, setAsked] = useState<Asked>({ name: '', question: ALONE, newQuestion: '' });
  const job = useRun(simulate.data?.job.id);
  const change = (next: SetStateAction<Draft>): void => {
    setDraft(next);
    // What was refused, or failed, was the draft before.
    if (simulate.error || job?.error) simulate.reset();
  };
  const set = (part: Partial<Draft>): void => change((before) => ({ ...before, ...part }));
  const ask = (part: Partial<Asked>): void => setAsked((before) => ({ ...before, ...part }));
  const builtIn = builtIns.find((one) => one.key === search.strategy);
  usePrefill(search, builtIn, change, (question) => ask({ question }));
  usePageReady();

  const usual = builtIn?.spec.kind === draft.kind ? { ...builtIn.spec } : USUAL[draft.kind];
  const written = { ranked: draft.model ? '' : 'score', rule: 'entries' }[draft.kind as string];
  const universe = universes.find((one) => one.id === search.universe) ?? universes[0];
  const known = [...new Set(universes.flatMap((one) => one.latest.instruments))].toSorted();
  const benchmark = benchmarkOf(draft, universe?.latest.instruments ?? [], known);
  const failure = simulate.error ?? createQuestion.error;
  const errors: Record<string, string> = {
    ...fieldErrors(simulate.error),
    ...(createQuestion.error ? { question: fieldErrors(createQuestion.error).name ?? '' } : {}),
  };
  const running = simulate.isPending || Boolean(job && (isUnfinished(job) || job.outputs.backtest));
  const named = asked.question !== NEW || asked.newQuestion.trim() !== '';
  const ready = Boolean(universe) && isReady(draft) && named && !running;

  const submit = async (event?: FormEvent): Promise<void> => {
    event?.preventDefault();
    if (!ready || !universe) return;
    let question = asked.question === ALONE ? null : asked.question;
    if (question === NEW) {
      const made = await createQuestion.mutateAsync(asked.newQuestion.trim()).catch(() => null);
      if (!made) return;
      question = made.id;
      ask({ question });
    }
    const name = asked.name.trim() || nameOf(draft, builtIn);
    simulate.mutate(requestOf(draft, { universe: universe.id, question, name, benchmark }));
  };
  return (
    <Page
      title={t`Simulate`}
      meta={
        <span aria-live="polite">
          {job ? (
            <Running job={job} />
          ) : (
            <Trans>An idea, its costs, and whether to believe it.</Trans>
          )}
        </span>
      }
      actions={
        <Button
          tone="primary"
          type="submit"
          form="simulate"
          title="Ctrl + Enter"
          icon={<Play aria-hidden />}
          busy={running}
          disabled={!ready}
        >
          {running ? t`Simulating ${formatPercent(job?.progress ?? 0, 0)}` : t`Simulate`}
        </Button>
      }
      fill
    >
      {failure && (
        <Card aria-label={t`The simulation was refused`} className="shrink-0">
          <p role="alert" className="text-13 text-loss">
            <Reason error={failure} />
          </p>
        </Card>
      )}
      {job?.error && <Failed job={job} />}
      <Examples draft={draft} onPick={(one) => change((before) => take(before, one))} />
      <form
        id="simulate"
        onSubmit={(event) => void submit(event)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void submit();
        }}
        className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]"
      >
        <div className="flex min-h-0 min-w-0 flex-col gap-3">
          <Card title={t`Idea`} className="shrink-0">
            <div className="flex flex-col gap-3">
              <Subject
                universes={universes}
                universe={universe}
                builtIns={builtIns}
                builtIn={builtIn}
                error={errors.universe}
                onChange={(change) =>
                  void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
                }
              />
              <Idea
                draft={draft}
                usual={usual}
                known={universe?.latest.instruments ?? []}
                setKind={(kind) => set({ kind })}
                setSpec={(values) => change((before) => withSpec(before, values))}
                dropModel={() => set({ model: null })}
                errors={errors}
              />
            </div>
          </Card>
          {written && (
            <Language
              onInsert={(text) =>
                change((before) =>
                  withSpec(before, {
                    [written]: joined(String(before.specs[before.kind][written]), text),
                  }),
                )
              }
            />
          )}
        </div>
        <Card title={t`Settings`} className="self-start">
          <div className="flex flex-col gap-3">
            <AskedFields asked={asked} set={ask} errors={errors} />
            <Settings draft={draft} benchmark={benchmark} known={known} set={set} errors={errors} />
          </div>
        </Card>
      </form>
    </Page>
  );
}

function Running({ job }: { job: Job }) {
  return (
    <>
      {job.message || <Trans>Waiting for a worker…</Trans>}{' '}
      <Link
        to="/jobs/$jobId"
        params={{ jobId: job.id }}
        className="text-accent-text hover:underline"
      >
        <Trans>Open the job</Trans>
      </Link>
    </>
  );
}

function Failed({ job }: { job: Job }) {
  return (
    <Card aria-label={job.error?.title} className="shrink-0">
      <div role="alert" className="flex flex-col gap-0.5">
        <p className="text-13 font-semibold text-loss">{job.error?.title}</p>
        <p className="text-12 whitespace-pre-wrap text-text-2">{job.error?.detail}</p>
      </div>
    </Card>
  );
}

/** Loads the code of the result's page while the reader thinks. */
function usePageReady(): void {
  const router = useRouter();
  useEffect(() => {
    const page = router.routesByPath['/backtests/$backtestId'];
    void router.loadRouteChunk(page);
  }, [router]);
}
