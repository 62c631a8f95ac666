import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Badge } from '@/components/Badge';
import { Card, Facts } from '@/components/Card';
import { Code, CopyId } from '@/components/CopyId';
import { KpiStrip, KpiStripSkeleton } from '@/components/KpiStrip';
import { Page } from '@/components/Page';
import { EmptyState, ErrorCard } from '@/components/States';
import {
  formatAgo,
  formatInteger,
  formatNumber,
  formatPercent,
  NONE,
  shortDigest,
} from '@/lib/format';
import { type FeatureDetail, featureQuery } from '@/lib/queries/features';
import { RankIC } from './statistics';

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
  const { latest } = feature;
  return (
    <Page
      title={feature.name}
      meta={
        <>
          <CopyId id={feature.id} prefix="ft_" />
          {feature.tags.map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
          <span>{feature.description}</span>
        </>
      }
    >
      <Figures feature={feature} />
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1fr)_340px]">
        <div className="flex min-w-0 flex-col gap-3">
          <Card title={t`Expression`} note={`v${latest.seq}`}>
            <div className="flex flex-col gap-3">
              <Code wrap>{latest.expression}</Code>
              {latest.canonical !== latest.expression && (
                <div>
                  <p className="pb-1 text-11 text-text-3">
                    <Trans>Canonical form, with other features put in</Trans>
                  </p>
                  <Code wrap>{latest.canonical}</Code>
                </div>
              )}
            </div>
          </Card>
          <Card title={t`Versions`} note={feature.versions.length}>
            <ul className="text-12">
              {feature.versions.map((version) => (
                <li
                  key={version.id}
                  className="flex items-baseline gap-3 border-line-soft border-b py-1.5 last:border-0"
                >
                  <b className="font-semibold">v{version.seq}</b>
                  <code className="min-w-0 flex-1 truncate font-mono text-11 text-text-2">
                    {version.expression}
                  </code>
                  <span className="font-mono text-11 text-text-3">
                    {shortDigest(version.digest)}
                  </span>
                  <span className="text-text-3">{formatAgo(version.created_at)}</span>
                </li>
              ))}
            </ul>
          </Card>
        </div>
        <div className="flex flex-col gap-3">
          <UsedBy feature={feature} />
          <Card title={t`Made from`}>
            <Facts
              rows={[
                [t`Fields`, latest.fields.join(', ') || NONE],
                [t`Series`, latest.series.join(', ') || NONE],
                [t`Groups`, latest.groups.join(', ') || NONE],
                [t`Owner`, feature.owner.name],
                [t`Created`, formatAgo(feature.created_at)],
              ]}
            />
          </Card>
        </div>
      </div>
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
          context: t`bars before the current one`,
        },
        {
          key: 'cost',
          label: t`Cost`,
          value: formatNumber(feature.latest.cost, 1),
          context: t`operations for each cell`,
        },
      ]}
    />
  );
}

function UsedBy({ feature }: { feature: FeatureDetail }) {
  const { t } = useLingui();
  if (feature.used_by.length === 0) {
    return (
      <Card title={t`Used by`}>
        <EmptyState title={<Trans>No feature set uses it yet.</Trans>} />
      </Card>
    );
  }
  return (
    <Card title={t`Used by`}>
      <Facts
        rows={feature.used_by.map((set) => [
          <Link
            key={set.id}
            to="/features/sets/$setId"
            params={{ setId: set.id }}
            className="text-accent-text hover:underline"
          >
            {set.name}
          </Link>,
          `v${set.seq}`,
        ])}
      />
    </Card>
  );
}
