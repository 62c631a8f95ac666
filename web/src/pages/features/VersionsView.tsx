import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Card } from '@/components/Card';
import { Select } from '@/components/Select';
import { Skeleton } from '@/components/Skeleton';
import { EmptyState, ErrorCard } from '@/components/States';
import {
  formatAgo,
  formatInteger,
  formatNumber,
  formatPercent,
  NONE,
  shortDigest,
} from '@/lib/format';
import { type FeatureVersion, featureVersionsQuery } from '@/lib/queries/features';
import { diff } from './diff';
import { Expression, RankIC } from './statistics';

const route = getRouteApi('/shell/features/$featureId');

/** All versions, and two of them side by side. */
export function VersionsView({ featureId }: { featureId: string }) {
  const { t } = useLingui();
  const versions = useQuery(featureVersionsQuery(featureId));
  if (versions.error) {
    return (
      <ErrorCard
        error={versions.error}
        what={t`The versions`}
        onRetry={() => void versions.refetch()}
      />
    );
  }
  if (!versions.data) return <Skeleton className="h-80" />;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
      <Card title={t`Versions`} note={versions.data.length}>
        <ul className="text-12">
          {versions.data.map((version) => (
            <li key={version.id} className="border-line-soft border-b py-1.5 last:border-0">
              <div className="flex items-baseline gap-3">
                <b className="font-semibold">v{version.seq}</b>
                <span className="min-w-0 flex-1 truncate">
                  <Expression text={version.expression} />
                </span>
                <span className="shrink-0 text-text-3">{formatAgo(version.created_at)}</span>
              </div>
              <div className="flex flex-wrap items-baseline gap-x-3 text-11 text-text-3">
                <span className="font-mono">{shortDigest(version.digest)}</span>
                {version.uses.map((used) => (
                  <Link
                    key={used.feature_id}
                    to="/features/$featureId"
                    params={{ featureId: used.feature_id }}
                    className="hover:underline"
                  >
                    {t`from ${used.name} v${used.seq}`}
                    {used.newest > used.seq && (
                      <span className="text-warn">{` (${t`newest v${used.newest}`})`}</span>
                    )}
                  </Link>
                ))}
              </div>
            </li>
          ))}
        </ul>
      </Card>
      <Comparison versions={versions.data} />
    </div>
  );
}

function Comparison({ versions }: { versions: FeatureVersion[] }) {
  const { t } = useLingui();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const later = versions.find((one) => one.seq === search.a) ?? versions[0];
  const earlier =
    versions.find((one) => one.seq === search.b) ??
    versions.find((one) => later && one.seq < later.seq);
  if (!later || !earlier) {
    return (
      <Card title={t`Comparison`}>
        <EmptyState title={<Trans>There is one version.</Trans>}>
          <Trans>Another expression makes the next one; this one stays as it is.</Trans>
        </EmptyState>
      </Card>
    );
  }
  const options = versions.map((one) => ({ value: String(one.seq), label: `v${one.seq}` }));
  const choose = (side: 'a' | 'b') => (seq: string) =>
    void navigate({ search: (before) => ({ ...before, [side]: Number(seq) }), replace: true });
  return (
    <Card
      title={t`Comparison`}
      actions={
        <>
          <span className="w-20">
            <Select
              label={t`Earlier version`}
              value={String(earlier.seq)}
              options={options}
              onChange={choose('b')}
            />
          </span>
          <span aria-hidden>→</span>
          <span className="w-20">
            <Select
              label={t`Later version`}
              value={String(later.seq)}
              options={options}
              onChange={choose('a')}
            />
          </span>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Change label={t`As written`} before={earlier.expression} after={later.expression} />
        <Change
          label={t`Canonical form, with other features put in`}
          before={earlier.canonical}
          after={later.canonical}
        />
        <SideBySide earlier={earlier} later={later} />
      </div>
    </Card>
  );
}

const LOOK = {
  same: 'text-text-2',
  gone: 'bg-loss/10 text-loss line-through',
  new: 'bg-gain/10 text-gain no-underline',
} as const;

function Change({ label, before, after }: { label: string; before: string; after: string }) {
  const { t } = useLingui();
  return (
    <figure>
      <figcaption className="pb-1 text-11 text-text-3">
        {label}
        {before === after && ` · ${t`no change`}`}
      </figcaption>
      <code className="block rounded-md border border-line bg-bg p-2 font-mono text-12 break-words whitespace-pre-wrap">
        {diff(before, after).map((part, index) => {
          const Tag = part.kind === 'gone' ? 'del' : part.kind === 'new' ? 'ins' : 'span';
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text keep their order
            <Tag key={index} className={LOOK[part.kind]}>
              {part.text}
            </Tag>
          );
        })}
      </code>
    </figure>
  );
}

function SideBySide({ earlier, later }: { earlier: FeatureVersion; later: FeatureVersion }) {
  const { t } = useLingui();
  const rows: [string, (version: FeatureVersion) => ReactNode][] = [
    [t`Look-back`, (version) => formatInteger(version.lookback)],
    [t`Cost`, (version) => formatNumber(version.cost, 1)],
    [t`Coverage`, ({ statistics }) => formatPercent(statistics?.coverage, 1)],
    [
      t`Rank IC ± se`,
      ({ statistics }) =>
        statistics ? <RankIC value={statistics.rank_ic} error={statistics.rank_ic_se} /> : NONE,
    ],
    [t`Turnover`, ({ statistics }) => formatPercent(statistics?.turnover, 1)],
    [t`Persistence`, ({ statistics }) => formatNumber(statistics?.autocorrelation)],
    [t`Drift (PSI)`, ({ statistics }) => formatNumber(statistics?.psi, 3)],
  ];
  return (
    <table className="w-full text-12 tabular">
      <thead>
        <tr className="text-11 text-text-3">
          <th scope="col" className="py-1 text-left font-medium">{t`Figure`}</th>
          {[earlier, later].map((version) => (
            <th key={version.id} scope="col" className="py-1 text-right font-medium">
              v{version.seq}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, cell]) => (
          <tr key={name} className="border-line-soft border-t">
            <th scope="row" className="py-1 text-left font-normal text-text-3">
              {name}
            </th>
            <td className="py-1 text-right">{cell(earlier)}</td>
            <td className="py-1 text-right">{cell(later)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
