import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { RunningJob, useFollowedJob } from '@/components/RunningJob';
import { Select } from '@/components/Select';
import { Skeleton } from '@/components/Skeleton';
import { EmptyState, ErrorCard } from '@/components/States';
import { toastError } from '@/components/Toast';
import { formatDate, formatDuration, formatInteger, formatTime } from '@/lib/format';
import {
  type Evaluation,
  type EvaluationKind,
  evaluationKeys,
  evaluationQuery,
  evaluationsQuery,
  type Subject,
  useEvaluate,
} from '@/lib/queries/evaluations';
import { isUnfinished } from '@/lib/queries/jobs';

type FrameProps = {
  kind: EvaluationKind;
  subject: Subject;
  /** What the job reads. */
  input: Record<string, unknown>;
  /** Of the job. */
  name: string;
  /** On the button. */
  verb: ReactNode;
  /** What it will tell, where nothing was run yet. */
  title: ReactNode;
  about: ReactNode;
  /** Why it cannot be run. */
  refused?: ReactNode;
  children: (found: Evaluation) => ReactNode;
};

/** Asks for an evaluation, follows its job, and shows the newest result or one of those before. */
export function EvaluationFrame(props: FrameProps) {
  const { t } = useLingui();
  const client = useQueryClient();
  const [chosen, setChosen] = useState<string | null>(null);
  const list = useQuery(evaluationsQuery(props.subject, props.kind));
  const run = useEvaluate(props.kind);
  const job = useFollowedJob(run.data?.id);
  const state = job?.state;
  useEffect(() => {
    if (state !== 'done') return;
    setChosen(null);
    void client.invalidateQueries({ queryKey: evaluationKeys.lists });
  }, [state, client]);
  const rows = list.data?.items ?? [];
  const id = chosen ?? rows[0]?.id;
  const found = useQuery({ ...evaluationQuery(id ?? ''), enabled: Boolean(id) });
  const error = list.error ?? found.error;
  if (error) {
    const again = (): void => void Promise.all([list.refetch(), found.refetch()]);
    return <ErrorCard error={error} what={t`This evaluation`} onRetry={again} />;
  }
  if (!list.data || (id && !found.data)) return <Skeleton className="h-96 rounded-xl" />;
  const busy = run.isPending || (job !== undefined && isUnfinished(job));
  const button = (
    <Button
      tone={rows.length === 0 ? 'primary' : 'secondary'}
      icon={<Play aria-hidden />}
      busy={busy}
      disabled={Boolean(props.refused)}
      onClick={() =>
        run.mutate(
          { name: props.name, input: props.input },
          { onError: (failure) => toastError(t`It could not be started`, failure) },
        )
      }
    >
      {props.verb}
    </Button>
  );
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 lg:overflow-y-auto [&>*]:shrink-0">
      {job && job.state !== 'done' && <RunningJob job={job} />}
      {!found.data ? (
        <Card>
          <EmptyState title={props.title} action={button}>
            {props.refused ?? props.about}
          </EmptyState>
        </Card>
      ) : (
        <>
          <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-12 text-text-2 tabular">
            {rows.length > 1 && (
              <Select
                label={t`Result`}
                value={id ?? null}
                onChange={setChosen}
                options={rows.map((row) => ({
                  value: row.id,
                  label: formatDate(row.created_at),
                  note: formatTime(row.created_at),
                }))}
                className="w-36"
              />
            )}
            <Made found={found.data} />
            <span className="ml-auto">{button}</span>
          </div>
          {props.children(found.data)}
        </>
      )}
    </div>
  );
}

function Made({ found }: { found: Evaluation }) {
  const trials = (found.evaluation ?? found.leaks ?? found.ablation)?.trials ?? 0;
  return (
    <span>
      <Trans>
        By {found.created_by.name} on {formatDate(found.created_at)}, took{' '}
        {formatDuration(found.duration_s)}; configurations trained for it: {formatInteger(trials)}
      </Trans>
    </span>
  );
}
