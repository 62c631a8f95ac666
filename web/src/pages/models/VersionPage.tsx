import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Badge } from '@/components/Badge';
import { CopyId } from '@/components/CopyId';
import { KpiStripSkeleton } from '@/components/KpiStrip';
import { Page } from '@/components/Page';
import { Tabs } from '@/components/Segmented';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { VerdictBadge } from '@/components/VerdictBadge';
import { LABELS } from '@/lib/backtestWords';
import { modelQuery, modelVersionQuery } from '@/lib/queries/models';
import { word } from '@/lib/words';
import { VersionActions } from './VersionActions';
import { VersionFigures } from './VersionFigures';
import { useVersionTabs, type VersionTab } from './versionTabs';

const route = getRouteApi('/shell/models/$modelId/versions/$versionId');

/** One training result: may it be used, how was it proven, and what was it made from. */
export default function VersionPage() {
  const { t, i18n } = useLingui();
  const { modelId, versionId } = route.useParams();
  const { tab = 'results' } = route.useSearch();
  const navigate = route.useNavigate();
  const model = useQuery(modelQuery(modelId));
  const version = useQuery(modelVersionQuery(versionId));
  const tabs = useVersionTabs(model.data, version.data);
  const failed = model.error ?? version.error;
  if (failed) {
    const again = (): void => void Promise.all([model.refetch(), version.refetch()]);
    return (
      <Page title={t`Model version`}>
        <ErrorCard error={failed} what={t`This version`} onRetry={again} />
      </Page>
    );
  }
  if (!model.data || !version.data) {
    return (
      <Page title={t`Model version`}>
        <KpiStripSkeleton count={6} />
        <Skeleton className="h-96 rounded-xl" />
      </Page>
    );
  }
  const names = model.data.aliases.filter((alias) => alias.version_id === versionId);
  return (
    <Page
      title={`${model.data.name} v${version.data.seq}`}
      meta={
        <>
          <VerdictBadge verdict={version.data.verdict.key} />
          {names.map((alias) => (
            <Badge key={alias.name} tone="accent">
              {alias.name}
            </Badge>
          ))}
          {version.data.labels.map((label) => (
            <Badge key={label} tone="warn">
              {word(i18n, LABELS, label)}
            </Badge>
          ))}
          <CopyId id={versionId} prefix="mv_" />
          <Link
            to="/models/$modelId"
            params={{ modelId }}
            className="text-accent-text hover:underline"
          >
            <Trans>All versions</Trans>
          </Link>
        </>
      }
      actions={<VersionActions model={model.data} version={version.data} />}
      fill
    >
      <VersionFigures version={version.data} />
      <Tabs<VersionTab>
        label={t`Parts of the version`}
        value={tab}
        tabs={tabs}
        onChange={(next) =>
          void navigate({ search: { tab: next === 'results' ? undefined : next }, replace: true })
        }
      />
    </Page>
  );
}
