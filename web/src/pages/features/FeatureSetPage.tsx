import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Play, Table2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { CopyId } from '@/components/CopyId';
import { type Column, DataTable } from '@/components/DataTable';
import { KpiStripSkeleton } from '@/components/KpiStrip';
import { Page } from '@/components/Page';
import { Tabs } from '@/components/Segmented';
import { EmptyState, ErrorCard } from '@/components/States';
import { shortDigest } from '@/lib/format';
import { type FeatureMember, type FeatureSetDetail, featureSetQuery } from '@/lib/queries/features';
import { AlikeView } from './AlikeView';
import { ComputeDialog } from './ComputeDialog';
import { ComputeProgress } from './ComputeProgress';
import { Figures } from './FeatureSetFigures';
import { Expression, useStatisticColumns } from './statistics';
import { TrainingFrameDialog } from './TrainingFrameDialog';

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
  const [open, setOpen] = useState<'compute' | 'frame' | null>(null);
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
        <>
          {set.computed && (
            <Button icon={<Table2 aria-hidden />} onClick={() => setOpen('frame')}>
              <Trans>Training frame</Trans>
            </Button>
          )}
          <Button tone="primary" icon={<Play aria-hidden />} onClick={() => setOpen('compute')}>
            <Trans>Compute</Trans>
          </Button>
        </>
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
      {open === 'compute' && (
        <ComputeDialog
          set={set}
          onClose={() => setOpen(null)}
          onPosted={(posted) => search({ job: posted })}
        />
      )}
      {open === 'frame' && set.computed && (
        <TrainingFrameDialog
          set={set}
          run={set.computed}
          onClose={() => setOpen(null)}
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
