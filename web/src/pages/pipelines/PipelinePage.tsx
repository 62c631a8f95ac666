import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';
import { StatusBadge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Card, Facts } from '@/components/Card';
import { CopyId } from '@/components/CopyId';
import { Page } from '@/components/Page';
import { RunningJob, useFollowedJob } from '@/components/RunningJob';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { toastError } from '@/components/Toast';
import { formatInteger, formatPercent } from '@/lib/format';
import { PRESETS } from '@/lib/pipelineWords';
import {
  isRunning,
  type Pipeline,
  pipelineQuery,
  useDeletePipeline,
} from '@/lib/queries/pipelines';
import { word } from '@/lib/words';
import { GenerationCard } from './GenerationCard';
import { ImportanceCard } from './ImportanceCard';
import { LeaderBoardCard } from './LeaderBoardCard';
import { SelectionCard } from './SelectionCard';
import { Stages } from './Stages';

const route = getRouteApi('/shell/models/pipelines/$pipelineId');

export default function PipelinePage() {
  const { t } = useLingui();
  const { pipelineId } = route.useParams();
  const found = useQuery(pipelineQuery(pipelineId));
  if (found.error) {
    return (
      <Page title={t`Pipeline`}>
        <ErrorCard
          error={found.error}
          what={t`This pipeline`}
          onRetry={() => void found.refetch()}
        />
      </Page>
    );
  }
  if (!found.data) {
    return (
      <Page title={t`Pipeline`} fill>
        <Skeleton className="h-16 rounded-xl" />
        <Skeleton className="min-h-72 flex-1 rounded-xl" />
      </Page>
    );
  }
  return <Loaded pipeline={found.data} />;
}

function Loaded({ pipeline }: { pipeline: Pipeline }) {
  const job = useFollowedJob(pipeline.job.id) ?? pipeline.job;
  return (
    <Page
      title={pipeline.name}
      meta={
        <>
          <StatusBadge state={pipeline.state} />
          <CopyId id={pipeline.id} prefix="pl_" />
        </>
      }
      actions={<Remove pipeline={pipeline} />}
    >
      {pipeline.state === 'cancelled' ? (
        <Cancelled pipeline={pipeline} />
      ) : (
        (isRunning(pipeline) || job.error) && <RunningJob job={job} />
      )}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1fr)_380px]">
        <div className="flex min-w-0 flex-col gap-3">
          <LeaderBoardCard pipeline={pipeline} />
          <GenerationCard pipeline={pipeline} />
          <SelectionCard pipeline={pipeline} />
          <ImportanceCard pipeline={pipeline} />
        </div>
        <div className="flex min-w-0 flex-col gap-3">
          <Stages pipeline={pipeline} />
          <MadeFrom pipeline={pipeline} />
        </div>
      </div>
    </Page>
  );
}

function Cancelled({ pipeline }: { pipeline: Pipeline }) {
  return (
    <Card className="shrink-0" aria-label={pipeline.name}>
      <p role="status" className="text-13">
        <Trans>
          Cancelled. Its finished steps and their trials stay; retrying{' '}
          <Link
            to="/jobs/$jobId"
            params={{ jobId: pipeline.job.id }}
            className="text-accent-text hover:underline"
          >
            the job
          </Link>{' '}
          goes on behind them.
        </Trans>
      </p>
    </Card>
  );
}

function Remove({ pipeline }: { pipeline: Pipeline }) {
  const { t } = useLingui();
  const navigate = route.useNavigate();
  const remove = useDeletePipeline(pipeline.id);
  if (isRunning(pipeline)) return null;
  return (
    <Button
      icon={<Trash2 aria-hidden />}
      busy={remove.isPending}
      onClick={() =>
        remove.mutate(undefined, {
          onSuccess: () => void navigate({ to: '/models/pipelines' }),
          onError: (error) => toastError(t`It could not be deleted`, error),
        })
      }
    >
      <Trans>Delete</Trans>
    </Button>
  );
}

function MadeFrom({ pipeline }: { pipeline: Pipeline }) {
  const { t, i18n } = useLingui();
  const { spec } = pipeline;
  return (
    <Card title={t`Asked for`} className="shrink-0">
      <Facts
        rows={[
          [t`Question`, pipeline.question.name],
          [
            t`Model`,
            <Link
              key="model"
              to="/models/$modelId"
              params={{ modelId: pipeline.model.id }}
              className="font-medium text-accent-text hover:underline"
            >
              {pipeline.model.name}
            </Link>,
          ],
          [t`Preset`, word(i18n, PRESETS, spec.preset)],
          [t`Horizon`, t`${formatInteger(spec.label.horizon)} bars`],
          [t`Kept for the evaluation`, formatPercent(spec.evaluated, 0)],
          [t`Trials of each learner`, formatInteger(pipeline.selection?.trials)],
          [t`Seed`, formatInteger(spec.seed)],
          [t`Owner`, pipeline.owner.name],
          [
            t`Digest of the result`,
            pipeline.result_digest ? (
              <CopyId key="digest" id={pipeline.result_digest.replace('sha256:', '')} />
            ) : (
              '–'
            ),
          ],
        ]}
      />
    </Card>
  );
}
