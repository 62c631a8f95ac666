import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { CopyId } from '@/components/CopyId';
import { type Column, DataTable } from '@/components/DataTable';
import { KpiStrip, KpiStripSkeleton } from '@/components/KpiStrip';
import { Page } from '@/components/Page';
import { Tabs } from '@/components/Segmented';
import { EmptyState, ErrorCard } from '@/components/States';
import {
  formatAgo,
  formatInteger,
  formatPercent,
  formatSigned,
  NONE,
  shortDigest,
} from '@/lib/format';
import { type FeatureMember, type FeatureSetDetail, featureSetQuery } from '@/lib/queries/features';
import { AlikeView } from './AlikeView';
import { ComputeDialog } from './ComputeDialog';
import { ComputeProgress } from './ComputeProgress';
import { Expression, useStatisticColumns } from './statistics';

const route = getRouteApi('/shell/features/sets/$setId');
const described = (row: FeatureMember) => ({ lookback: row.lookback, statistics: row.statistics });

export default function FeatureSetPage() {
  const { t } = useLingui();
  const { setId } = route.useParams();
  const set = useQuery(featureSetQuery(setId));
  if (set.error) {
    return (
      <Page title={t`Feature set`}>
        <ErrorCard
          error={set.error}
          what={t`This feature set`}
          onRetry={() => void set.refetch()}
        />
      </Page>
    );
  }
  if (!set.data) {
    return (
      <Page title={t`Feature set`}>
        <KpiStripSkeleton count={5} />
      </Page>
    );
  }
  return <Loaded set={set.data} />;
}

function Loaded({ set }: { set: FeatureSetDetail }) {
  const { t } = useLingui();
  const { tab = 'features', job } = route.useSearch();
  const navigate = route.useNavigate();
  const [computing, setComputing] = useState(false);
  const search = (change: Partial<ReturnType<typeof route.useSearch>>): void =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <Page
      title={set.name}
      meta={
        <>
          <Badge>{`v${set.latest.seq}`}</Badge>
          <CopyId id={set.id} prefix="fs_" />
          <span className="font-mono text-11">{shortDigest(set.latest.digest)}</span>
          <span>{set.description}</span>
        </>
      }
      actions={
        <Button tone="primary" icon={<Play aria-hidden />} onClick={() => setComputing(true)}>
          <Trans>Compute</Trans>
        </Button>
      }
      fill
    >
      {job && <ComputeProgress jobId={job} onDone={() => search({ job: undefined })} />}
      <Figures set={set} />
      <Tabs
        label={t`About the feature set`}
        value={tab}
        onChange={(next) => search({ tab: next })}
        tabs={[
          {
            value: 'features',
            label: t`Features`,
            count: set.members.length,
            panel: (
              <Card flush className="min-h-100 flex-1 lg:min-h-0">
                <Members members={set.members} />
              </Card>
            ),
          },
          { value: 'alike', label: t`How alike they are`, panel: <AlikeView set={set} /> },
        ]}
      />
      {computing && (
        <ComputeDialog
          set={set}
          onClose={() => setComputing(false)}
          onPosted={(posted) => search({ job: posted })}
        />
      )}
    </Page>
  );
}

function Members({ members }: { members: FeatureMember[] }) {
  const { t } = useLingui();
  const navigate = route.useNavigate();
  const statistics = useStatisticColumns<FeatureMember>(described);
  const columns = useMemo<Column<FeatureMember>[]>(
    () => [
      {
        key: 'position',
        header: '#',
        width: 48,
        grow: 0,
        numeric: true,
        value: (row) => row.position,
        cell: (row) => <span className="text-text-3">{row.position + 1}</span>,
      },
      {
        key: 'name',
        header: t`Feature`,
        width: 170,
        grow: 2,
        value: (row) => row.name,
        cell: (row) => (
          <Link
            to="/features/$featureId"
            params={{ featureId: row.feature_id }}
            className="font-medium hover:underline"
          >
            {row.name}
          </Link>
        ),
      },
      {
        key: 'expression',
        header: t`Expression`,
        width: 240,
        grow: 4,
        cell: (row) => <Expression text={row.expression} />,
      },
      ...statistics,
    ],
    [t, statistics],
  );
  return (
    <DataTable
      label={t`Features`}
      columns={columns}
      rows={members}
      rowKey={(row) => row.feature_version_id}
      initialSort={{ key: 'position', descending: false }}
      onRowClick={(row) =>
        void navigate({ to: '/features/$featureId', params: { featureId: row.feature_id } })
      }
      empty={<EmptyState title={<Trans>No features yet.</Trans>} />}
    />
  );
}

/** The mean of what is known. */
function mean(values: (number | null | undefined)[]): number | null {
  const known = values.filter((value): value is number => typeof value === 'number');
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}

function Figures({ set }: { set: FeatureSetDetail }) {
  const { t } = useLingui();
  const statistics = set.members.map((member) => member.statistics);
  const clear = statistics.filter(
    (s) => s?.rank_ic && s.rank_ic_se && Math.abs(s.rank_ic) > 2 * s.rank_ic_se,
  );
  const strongest = set.members.toSorted(
    (a, b) => Math.abs(b.statistics?.rank_ic ?? 0) - Math.abs(a.statistics?.rank_ic ?? 0),
  )[0];
  return (
    <KpiStrip
      label={t`Figures of the feature set`}
      items={[
        {
          key: 'size',
          label: t`Features`,
          value: formatInteger(set.members.length),
          context: set.owner.name,
        },
        {
          key: 'coverage',
          label: t`Mean coverage`,
          value: formatPercent(mean(statistics.map((s) => s?.coverage)), 1),
          context: t`of all instruments and bars`,
        },
        {
          key: 'clear',
          label: t`Rank IC beyond 2 se`,
          value: set.computed ? `${clear.length} / ${set.members.length}` : NONE,
          context: t`${formatInteger(Math.round(set.members.length * 0.05))} expected by luck`,
          help: t`Of features with no relation to returns, about one in twenty lies this far from zero.`,
        },
        {
          key: 'strongest',
          label: t`Strongest`,
          value: strongest?.statistics ? formatSigned(strongest.statistics.rank_ic, 3) : NONE,
          context: strongest?.statistics ? strongest.name : undefined,
        },
        {
          key: 'lookback',
          label: t`Look-back`,
          value: formatInteger(set.latest.lookback),
          context: t`bars before the current one`,
        },
        {
          key: 'computed',
          label: t`Computed`,
          value: set.computed ? formatAgo(set.computed.finished_at) : t`not yet`,
          context: set.computed && <Reused computed={set.computed} />,
          help: t`Parts are a feature's values in a year; those that some run had computed were taken.`,
        },
      ]}
    />
  );
}

function Reused({ computed }: { computed: NonNullable<FeatureSetDetail['computed']> }) {
  const { t } = useLingui();
  const { values_chunks: every, values_reused: reused } = computed.facts;
  return (
    <Link to="/jobs/$jobId" params={{ jobId: computed.job_id }} className="hover:underline">
      {every === undefined
        ? t`${formatInteger(computed.rows)} rows`
        : t`${formatInteger(reused)} of ${formatInteger(every)} parts reused`}
    </Link>
  );
}
