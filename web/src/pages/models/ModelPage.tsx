import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { BrainCircuit } from 'lucide-react';
import { Badge } from '@/components/Badge';
import { buttonClass } from '@/components/Button';
import { Card } from '@/components/Card';
import { CopyId } from '@/components/CopyId';
import { KpiStrip, KpiStripSkeleton } from '@/components/KpiStrip';
import { Page } from '@/components/Page';
import { Select } from '@/components/Select';
import { Skeleton } from '@/components/Skeleton';
import { EmptyState, ErrorCard } from '@/components/States';
import { VerdictBadge } from '@/components/VerdictBadge';
import { LABELS } from '@/lib/backtestWords';
import {
  formatDate,
  formatDuration,
  formatInteger,
  formatNumber,
  formatSigned,
} from '@/lib/format';
import { flat } from '@/lib/queries/keys';
import {
  type Model,
  type ModelVersionDetail,
  modelQuery,
  modelVersionQuery,
  modelVersionsQuery,
} from '@/lib/queries/models';
import { LEARNERS, word } from '@/lib/words';
import { Aliases } from './Aliases';
import { VerdictText } from './evidence';
import { FoldsCard, ImportanceCard, SeedsCard } from './Learning';
import { MadeFrom } from './MadeFrom';

const route = getRouteApi('/shell/models/$modelId');

export default function ModelPage() {
  const { t } = useLingui();
  const { modelId } = route.useParams();
  const { version } = route.useSearch();
  const navigate = route.useNavigate();
  const model = useQuery(modelQuery(modelId));
  const versions = useInfiniteQuery(modelVersionsQuery(modelId));
  const known = flat(versions.data?.pages);
  const chosen = version ?? model.data?.latest?.id;
  if (model.error) {
    return (
      <Page title={t`Model`}>
        <ErrorCard error={model.error} what={t`This model`} onRetry={() => void model.refetch()} />
      </Page>
    );
  }
  if (!model.data) {
    return (
      <Page title={t`Model`}>
        <KpiStripSkeleton count={6} />
        <Skeleton className="h-96 rounded-xl" />
      </Page>
    );
  }
  return (
    <Page
      title={model.data.name}
      meta={
        <>
          {model.data.latest && <VerdictBadge verdict={model.data.latest.verdict.key} />}
          <CopyId id={model.data.id} prefix="md_" />
          <span>{model.data.description}</span>
        </>
      }
      actions={
        <>
          <Link
            to="/models/new"
            search={{ model: model.data.id }}
            className={buttonClass('secondary')}
          >
            <BrainCircuit className="size-3.5" aria-hidden />
            <Trans>Train again</Trans>
          </Link>
          {known.length > 0 && (
            <Select
              label={t`Version`}
              value={chosen ?? null}
              onChange={(next) => void navigate({ search: { version: next }, replace: true })}
              options={known.map((item) => ({
                value: item.id,
                label: `v${item.seq}`,
                note: formatDate(item.created_at),
              }))}
              className="w-28"
            />
          )}
        </>
      }
      fill
    >
      {chosen ? (
        <Version model={model.data} id={chosen} />
      ) : (
        <EmptyState title={<Trans>Not trained yet.</Trans>}>
          <Trans>Its first training is a job; the version appears here when the job is done.</Trans>
        </EmptyState>
      )}
    </Page>
  );
}

function Version({ model, id }: { model: Model; id: string }) {
  const { t, i18n } = useLingui();
  const version = useQuery(modelVersionQuery(id));
  if (version.error) {
    return (
      <ErrorCard
        error={version.error}
        what={t`This version`}
        onRetry={() => void version.refetch()}
      />
    );
  }
  if (!version.data) return <KpiStripSkeleton count={6} />;
  const detail = version.data;
  return (
    <>
      <Figures version={detail} />
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)_300px]">
        <div className="flex min-h-0 flex-col gap-3">
          <SeedsCard version={detail} />
          <FoldsCard version={detail} />
        </div>
        <ImportanceCard version={detail} />
        <div className="flex min-h-0 flex-col gap-3 lg:overflow-y-auto">
          <Card title={t`Skill or luck?`} className="shrink-0">
            <VerdictText verdict={detail.verdict} />
            {detail.labels.length > 0 && (
              <p className="flex flex-wrap gap-1 pt-2">
                {detail.labels.map((label) => (
                  <Badge key={label} tone="warn">
                    {word(i18n, LABELS, label)}
                  </Badge>
                ))}
              </p>
            )}
          </Card>
          <Aliases model={model} version={detail} />
          <MadeFrom version={detail} />
        </div>
      </div>
    </>
  );
}

function Figures({ version }: { version: ModelVersionDetail }) {
  const { t, i18n } = useLingui();
  const { mean, standard_error: error, bars } = version.rank_ic;
  const seeds = version.per_seed.map((seed) => seed.rank_ic.mean ?? 0);
  const paths = version.paths.map((path) => path.mean ?? 0);
  const ratio = mean !== null && error ? mean / error : null;
  return (
    <KpiStrip
      label={t`Figures of the version`}
      items={[
        {
          key: 'ic',
          label: t`Rank IC, out of sample`,
          value: formatSigned(mean, 4),
          context: t`± ${formatNumber(error, 4)} standard error`,
          help: t`Mean over time of the rank correlation of scores and forward returns that the model had not seen.`,
        },
        {
          key: 't',
          label: t`Rank IC / error`,
          value: formatSigned(ratio, 2),
          context: t`over ${formatInteger(bars)} bars`,
        },
        {
          key: 'seeds',
          label: t`Seeds`,
          value: formatInteger(version.seeds),
          context:
            seeds.length > 0
              ? t`${formatSigned(Math.min(...seeds), 3)} to ${formatSigned(Math.max(...seeds), 3)}`
              : undefined,
        },
        {
          key: 'folds',
          label: t`Folds`,
          value: formatInteger(version.folds.length),
          context: t`walk-forward, horizon ${version.horizon} bars`,
          help:
            paths.length > 0
              ? t`Beside them ${formatInteger(paths.length)} paths of a purged cross-validation: rank IC ${formatSigned(Math.min(...paths), 3)} to ${formatSigned(Math.max(...paths), 3)}.`
              : undefined,
        },
        {
          key: 'learner',
          label: t`Learner`,
          value: word(i18n, LEARNERS, version.learner),
          context: t`${formatInteger(version.features)} features`,
        },
        {
          key: 'until',
          label: t`Trained until`,
          value: formatDate(version.trained_until),
          context: t`took ${formatDuration(version.run.duration_s)}`,
        },
      ]}
    />
  );
}
