import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Telescope } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Page } from '@/components/Page';
import { RunningJob, useFollowedJob } from '@/components/RunningJob';
import { Reason } from '@/components/States';
import { fieldErrors } from '@/lib/problem';
import { datasetsQuery } from '@/lib/queries/datasets';
import { discoveryQuery, useDiscover } from '@/lib/queries/discoveries';
import { isUnfinished } from '@/lib/queries/jobs';
import { flat } from '@/lib/queries/keys';
import { universesQuery } from '@/lib/queries/universes';
import { DemandFields } from './DemandFields';
import {
  DEFAULTS,
  type Draft,
  ofDiscovery,
  requestOf,
  usualContext,
  windowsAreSound,
} from './draft';
import { Generation } from './Generation';
import { SubjectFields } from './SubjectFields';

const route = getRouteApi('/shell/features/discoveries/new');

export type FormProps = {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  errors: Record<string, string>;
};

export default function NewDiscoveryPage() {
  const { t } = useLingui();
  const { job: jobId, from } = route.useSearch();
  const navigate = route.useNavigate();
  const universes = flat(useInfiniteQuery(universesQuery()).data?.pages);
  const datasets = flat(useInfiniteQuery(datasetsQuery()).data?.pages);
  const post = useDiscover();
  const job = useFollowedJob(jobId);
  const [draft, setDraft] = useState<Draft>(DEFAULTS);
  const set = (change: Partial<Draft>): void => {
    setDraft((before) => ({ ...before, ...change }));
    if (post.error) post.reset();
  };
  useEarlier(from, setDraft);
  const made = job?.outputs.discovery;
  useEffect(() => {
    if (made) {
      void navigate({
        to: '/features/discoveries/$discoveryId',
        params: { discoveryId: made },
        replace: true,
      });
    }
  }, [made, navigate]);
  const universe = universes.find((one) => one.id === draft.universe) ?? universes[0];
  const context = draft.context ?? usualContext(datasets);
  const sound = windowsAreSound(draft.windows);
  const errors = {
    ...(sound ? {} : { windows: t`Whole numbers from 2 to 500, at most twelve` }),
    ...fieldErrors(post.error),
  };
  const running = post.isPending || Boolean(jobId && (!job || isUnfinished(job) || made));
  const ready = Boolean(universe && sound && draft.families.length > 0) && !running;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!ready || !universe) return;
    post.mutate(requestOf(draft, universe.id, context), {
      onSuccess: (posted) =>
        void navigate({ search: (before) => ({ ...before, job: posted.job.id }), replace: true }),
    });
  };
  const form = { draft, set, errors };
  return (
    <Page
      title={t`New discovery`}
      meta={<Trans>Every candidate counts as a trial of its question.</Trans>}
      actions={
        <Button
          tone="primary"
          type="submit"
          form="discovery"
          icon={<Telescope aria-hidden />}
          busy={running}
          disabled={!ready}
        >
          <Trans>Search</Trans>
        </Button>
      }
    >
      {jobId && job && <RunningJob job={job} />}
      {post.error && (
        <Card aria-label={t`The search was refused`} className="shrink-0">
          <p role="alert" className="text-13 text-loss">
            <Reason error={post.error} />
          </p>
        </Card>
      )}
      <form
        id="discovery"
        onSubmit={submit}
        className="grid gap-3 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]"
      >
        <Card title={t`What is tried`} className="self-start">
          <Generation {...form} />
        </Card>
        <div className="flex min-w-0 flex-col gap-3">
          <Card title={t`On what`}>
            <SubjectFields
              {...form}
              universes={universes}
              universe={universe}
              datasets={datasets}
              context={context}
            />
          </Card>
          <Card title={t`What has to hold`}>
            <DemandFields {...form} />
          </Card>
        </div>
      </form>
    </Page>
  );
}

/** Takes over the form of an earlier discovery, once it is read. */
function useEarlier(from: string | undefined, take: (draft: Draft) => void): void {
  const { data } = useQuery({ ...discoveryQuery(from ?? ''), enabled: Boolean(from) });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was read starts it
  useEffect(() => {
    if (data) take(ofDiscovery(data));
  }, [data]);
}
