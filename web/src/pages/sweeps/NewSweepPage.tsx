import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Grid3x3 } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Page } from '@/components/Page';
import { Reason } from '@/components/States';
import { fieldErrors } from '@/lib/problem';
import { isUnfinished } from '@/lib/queries/jobs';
import { flat } from '@/lib/queries/keys';
import { type SweepChecked, sweepCheckQuery, sweepQuery, useSweep } from '@/lib/queries/sweeps';
import { universesQuery } from '@/lib/queries/universes';
import { checkOf, DEFAULTS, type Draft, nameOf, ofSweep, requestOf } from './draft';
import { Count, Parameters } from './Parameters';
import { Running, useSweepJob } from './Running';
import { Search } from './Search';
import { ALONE, SubjectFields } from './SubjectFields';
import { Examples, Template } from './Template';

const route = getRouteApi('/shell/backtests/sweeps/new');

export default function NewSweepPage() {
  const { t } = useLingui();
  const { job: jobId, from } = route.useSearch();
  const navigate = route.useNavigate();
  const universes = flat(useInfiniteQuery(universesQuery()).data?.pages);
  const post = useSweep();
  const job = useSweepJob(jobId);
  const [draft, setDraft] = useState<Draft>(DEFAULTS);
  const [question, setQuestion] = useState(ALONE);
  const set = (change: Partial<Draft>): void => {
    setDraft((before) => ({ ...before, ...change }));
    if (post.error) post.reset();
  };
  useEarlier(from, set, setQuestion);

  const universe =
    universes.find((one) => one.id === draft.universe) ??
    universes.find((one) => one.latest.size === 1) ??
    universes[0];
  const asked = useRested(checkOf(draft, universe?.id));
  const { data: checked, isFetching } = useQuery(sweepCheckQuery(asked));
  const errors: Record<string, string> = {
    ...Object.fromEntries(
      (checked?.errors ?? []).map((one) => [one.pointer.split('/').pop() ?? '', one.detail]),
    ),
    ...fieldErrors(post.error),
  };
  const running =
    post.isPending || Boolean(jobId && (!job || isUnfinished(job) || job.outputs.sweep));
  const ready = Boolean(universe && asked && checked?.ok) && !running;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!ready || !universe || !checked) return;
    const name = draft.name.trim() || nameOf(draft, checked.combinations);
    const wanted = requestOf(draft, {
      universe: universe.id,
      name,
      question: question === ALONE ? null : question,
    });
    post.mutate(wanted, {
      onSuccess: (made) =>
        void navigate({ search: (before) => ({ ...before, job: made.job.id }), replace: true }),
    });
  };
  const form = { draft, set, errors };
  return (
    <Page
      title={t`New sweep`}
      meta={
        <span aria-live="polite" aria-busy={isFetching}>
          <Count checked={asked ? checked : NOTHING} />
        </span>
      }
      actions={
        <Button
          tone="primary"
          type="submit"
          form="sweep"
          icon={<Grid3x3 aria-hidden />}
          busy={running}
          disabled={!ready}
        >
          <Trans>Sweep</Trans>
        </Button>
      }
    >
      {jobId && job && <Running job={job} />}
      {post.error && (
        <Card aria-label={t`The sweep was refused`} className="shrink-0">
          <p role="alert" className="text-13 text-loss">
            <Reason error={post.error} />
          </p>
        </Card>
      )}
      <Examples {...form} />
      <form
        id="sweep"
        onSubmit={submit}
        className="grid gap-3 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]"
      >
        <div className="flex min-w-0 flex-col gap-3">
          <Card title={t`Strategy`}>
            <Template {...form} />
          </Card>
          <Card title={t`Parameters`}>
            <Parameters {...form} />
          </Card>
        </div>
        <div className="flex min-w-0 flex-col gap-3">
          <Card title={t`Search`}>
            <Search {...form} />
          </Card>
          <Card title={t`Universe and costs`}>
            <SubjectFields
              {...form}
              universes={universes}
              universe={universe}
              question={question}
              onQuestion={setQuestion}
            />
          </Card>
        </div>
      </form>
    </Page>
  );
}

const NOTHING: SweepChecked = {
  ok: false,
  combinations: 0,
  most: 0,
  instruments: null,
  cost: 'seconds',
  errors: [],
};

const REST_MS = 300;

/** A value once it has rested, so that not every key is a question to the server. */
function useRested<T>(value: T): T {
  const key = JSON.stringify(value);
  const [rested, setRested] = useState(key);
  useEffect(() => {
    const timer = setTimeout(() => setRested(key), REST_MS);
    return () => clearTimeout(timer);
  }, [key]);
  return JSON.parse(rested) as T;
}

/** Takes over the form and question of an earlier sweep, once it is read. */
function useEarlier(
  from: string | undefined,
  set: (change: Partial<Draft>) => void,
  setQuestion: (question: string) => void,
): void {
  const { data } = useQuery({ ...sweepQuery(from ?? ''), enabled: Boolean(from) });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was read starts it
  useEffect(() => {
    if (!data) return;
    set({ ...ofSweep(data), universe: data.universe.id });
    setQuestion(data.question.id);
  }, [data]);
}
