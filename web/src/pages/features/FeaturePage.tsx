import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Archive } from 'lucide-react';
import { Badge } from '@/components/Badge';
import { buttonClass } from '@/components/Button';
import { Card } from '@/components/Card';
import { Code, CopyId } from '@/components/CopyId';
import { KpiStrip, KpiStripSkeleton } from '@/components/KpiStrip';
import { Page } from '@/components/Page';
import { Tabs } from '@/components/Segmented';
import { ErrorCard } from '@/components/States';
import { formatAgo, formatInteger, formatNumber, formatPercent, NONE } from '@/lib/format';
import { type FeatureDetail, featureQuery } from '@/lib/queries/features';
import { FeatureActions } from './FeatureActions';
import { LineageView } from './LineageView';
import { StatisticsView } from './StatisticsView';
import { DriftSize, RankIC } from './statistics';
import { VersionsView } from './VersionsView';

const route = getRouteApi('/shell/features/$featureId');

export default function FeaturePage() {
  const { t } = useLingui();
  const { featureId } = route.useParams();
  const feature = useQuery(featureQuery(featureId));
  if (feature.error) {
    return (
      <Page title={t`Feature`}>
        <ErrorCard
          error={feature.error}
          what={t`This feature`}
          onRetry={() => void feature.refetch()}
        />
      </Page>
    );
  }
  if (!feature.data) {
    return (
      <Page title={t`Feature`}>
        <KpiStripSkeleton count={6} />
      </Page>
    );
  }
  return <Loaded feature={feature.data} />;
}

function Loaded({ feature }: { feature: FeatureDetail }) {
  const { t } = useLingui();
  const { tab = 'statistics' } = route.useSearch();
  const navigate = route.useNavigate();
  const { latest } = feature;
  return (
    <Page
      title={feature.name}
      meta={
        <>
          <CopyId id={feature.id} prefix="ft_" />
          <Badge>{`v${latest.seq}`}</Badge>
          {feature.retired_at && (
            <Badge tone="warn" icon={<Archive aria-hidden />}>
              <Trans>retired {formatAgo(feature.retired_at)}</Trans>
            </Badge>
          )}
          {feature.tags.map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
          <span>{feature.owner.name}</span>
        </>
      }
      actions={
        <>
          <Link
            to="/features/$featureId/edit"
            params={{ featureId: feature.id }}
            className={buttonClass()}
          >
            <Trans>New version</Trans>
          </Link>
          <FeatureActions feature={feature} />
        </>
      }
    >
      <Figures feature={feature} />
      <Card>
        <Code wrap>{latest.expression}</Code>
        {latest.canonical !== latest.expression && (
          <p className="flex flex-wrap gap-x-2 pt-1 text-11 text-text-3">
            <Trans>means</Trans>
            <code className="font-mono break-words">{latest.canonical}</code>
          </p>
        )}
        {feature.description && <p className="pt-2 text-12 text-text-2">{feature.description}</p>}
      </Card>
      <Tabs
        label={t`About the feature`}
        value={tab}
        onChange={(next) => void navigate({ search: { tab: next }, replace: true })}
        tabs={[
          {
            value: 'statistics',
            label: t`Statistics`,
            panel: <StatisticsView featureId={feature.id} />,
          },
          {
            value: 'lineage',
            label: t`Lineage`,
            panel: <LineageView featureId={feature.id} />,
          },
          {
            value: 'versions',
            label: t`Versions`,
            count: feature.versions.length,
            panel: <VersionsView featureId={feature.id} />,
          },
        ]}
      />
    </Page>
  );
}

function Figures({ feature }: { feature: FeatureDetail }) {
  const { t } = useLingui();
  const statistics = feature.statistics;
  return (
    <KpiStrip
      label={t`Figures of the feature`}
      items={[
        {
          key: 'ic',
          label: t`Rank IC`,
          value: statistics ? (
            <RankIC value={statistics.rank_ic} error={statistics.rank_ic_se} />
          ) : (
            NONE
          ),
          context: statistics
            ? t`over ${formatInteger(statistics.bars)} bars`
            : t`not computed yet`,
          help: t`Mean over time of the rank correlation with the forward return, ± its standard error.`,
        },
        {
          key: 'coverage',
          label: t`Coverage`,
          value: formatPercent(statistics?.coverage, 1),
          context: t`of all instruments and bars`,
        },
        {
          key: 'turnover',
          label: t`Turnover`,
          value: formatPercent(statistics?.turnover, 1),
          context: t`of ranks, each bar`,
        },
        {
          key: 'persistence',
          label: t`Persistence`,
          value: formatNumber(statistics?.autocorrelation),
          context: t`rank autocorrelation, one bar`,
        },
        {
          key: 'lookback',
          label: t`Look-back`,
          value: formatInteger(feature.latest.lookback),
          context: t`bars; ${formatNumber(feature.latest.cost, 1)} operations a cell`,
        },
        {
          key: 'drift',
          label: t`Drift`,
          value: formatNumber(statistics?.psi, 3),
          context: <DriftSize psi={statistics?.psi} />,
          help: t`Population stability index of the last year's values against those before.`,
        },
      ]}
    />
  );
}
