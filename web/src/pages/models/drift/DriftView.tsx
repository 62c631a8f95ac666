import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { RunningJob, useFollowedJob } from '@/components/RunningJob';
import { Select } from '@/components/Select';
import { Skeleton } from '@/components/Skeleton';
import { EmptyState, ErrorCard } from '@/components/States';
import { toastError } from '@/components/Toast';
import { formatTime } from '@/lib/format';
import { flat } from '@/lib/queries/keys';
import type { Model, ModelVersionDetail } from '@/lib/queries/models';
import {
  monitorsQuery,
  refreshReports,
  reportQuery,
  reportsQuery,
  useCheckDrift,
} from '@/lib/queries/monitors';
import { ChallengerCard } from './ChallengerCard';
import { ColumnsCard } from './ColumnsCard';
import { FoundCard } from './FoundCard';
import { WatchCard } from './WatchCard';

const route = getRouteApi('/shell/models/$modelId/versions/$versionId');

type Props = { model: Model; version: ModelVersionDetail };

/** Whether the version still meets what it was trained on, and what stands beside it. */
export function DriftView({ model, version }: Props) {
  const { t } = useLingui();
  const reports = useInfiniteQuery(reportsQuery(version.id));
  const monitors = useQuery(monitorsQuery(model.id));
  const { report: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const { check, running } = useCheck(model, version);
  const known = flat(reports.data?.pages);
  const shown = chosen ?? known[0]?.id;
  const names = model.aliases.filter((one) => one.version_id === version.id);
  const alias =
    names.find((one) => monitors.data?.items.some((row) => row.alias === one.name))?.name ??
    undefined;
  if (reports.error) {
    return (
      <ErrorCard
        error={reports.error}
        what={t`The drift reports`}
        onRetry={() => void reports.refetch()}
      />
    );
  }
  return (
    <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1fr)_340px]">
      <div className="flex min-h-0 flex-col gap-3">
        <div className="flex flex-wrap items-center gap-2">
          <Button
            tone="primary"
            onClick={() =>
              check.mutate(alias, {
                onError: (error) => toastError(t`It was not checked`, error),
              })
            }
            busy={check.isPending || running?.state === 'running'}
          >
            <Trans>Check now</Trans>
          </Button>
          {known.length > 0 && (
            <Select
              label={t`Report`}
              value={shown ?? null}
              onChange={(report) =>
                void navigate({ search: (before) => ({ ...before, report }), replace: true })
              }
              options={known.map((one) => ({
                value: one.id,
                label: formatTime(one.created_at),
                note: one.alerts === 0 ? t`quiet` : t`alerts: ${one.alerts}`,
              }))}
              className="w-60"
            />
          )}
        </div>
        {running && running.state !== 'done' && <RunningJob job={running} />}
        {reports.isPending && <Skeleton className="h-96 rounded-xl" />}
        {reports.data && !shown && (
          <Card>
            <EmptyState title={<Trans>Not checked yet.</Trans>}>
              <Trans>
                A check compares the newest bars with those the version was trained on: each
                feature, the scores, and the rank IC since.
              </Trans>
            </EmptyState>
          </Card>
        )}
        {shown && <Report modelId={model.id} versionId={version.id} id={shown} />}
      </div>
      <div className="flex min-h-0 flex-col gap-3 lg:overflow-y-auto">
        {names.length === 0 && (
          <Card title={t`Watching`} className="shrink-0">
            <p className="text-12 text-text-2">
              <Trans>
                Only what carries an alias is watched. Put one on this version to set a policy.
              </Trans>
            </p>
          </Card>
        )}
        {names.map((one) => (
          <WatchCard key={one.name} model={model} alias={one.name} />
        ))}
        <ChallengerCard model={model} versionId={version.id} reportId={shown} />
      </div>
    </div>
  );
}

type ReportProps = { modelId: string; versionId: string; id: string };

function Report({ modelId, versionId, id }: ReportProps) {
  const { t } = useLingui();
  const report = useQuery(reportQuery(versionId, id));
  if (report.error) {
    return (
      <ErrorCard error={report.error} what={t`This report`} onRetry={() => void report.refetch()} />
    );
  }
  if (!report.data) return <Skeleton className="h-96 rounded-xl" />;
  return (
    <>
      <FoundCard report={report.data} modelId={modelId} />
      <ColumnsCard report={report.data} />
    </>
  );
}

/** Posts a check and reads the reports anew when it is done. */
function useCheck(model: Model, version: ModelVersionDetail) {
  const client = useQueryClient();
  const check = useCheckDrift(version.id);
  const running = useFollowedJob(check.data?.id);
  const done = running?.state === 'done';
  useEffect(() => {
    if (done) refreshReports(client, version.id, model.id);
  }, [done, client, version.id, model.id]);
  return { check, running };
}
