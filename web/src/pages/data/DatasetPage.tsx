import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Boxes, Upload } from 'lucide-react';
import { useState } from 'react';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { CopyId } from '@/components/CopyId';
import { KpiStrip, KpiStripSkeleton } from '@/components/KpiStrip';
import { Page } from '@/components/Page';
import { Skeleton } from '@/components/Skeleton';
import { EmptyState, ErrorCard } from '@/components/States';
import { formatAgo, formatDate, formatInteger, NONE, shortDigest } from '@/lib/format';
import { coverageQuery, type Dataset, datasetQuery } from '@/lib/queries/datasets';
import { DATASET_KINDS, word } from '@/lib/words';
import { CoverageCard } from './CoverageCard';
import { DatasetTabs } from './DatasetTabs';
import { EntityChart } from './EntityChart';
import { NewUniverse } from './NewUniverse';
import { UploadDialog } from './UploadDialog';

const route = getRouteApi('/shell/data/$datasetId');

export default function DatasetPage() {
  const { t } = useLingui();
  const { datasetId } = route.useParams();
  const dataset = useQuery(datasetQuery(datasetId));
  if (dataset.error) {
    return (
      <Page title={t`Dataset`}>
        <ErrorCard
          error={dataset.error}
          what={t`This dataset`}
          onRetry={() => void dataset.refetch()}
        />
      </Page>
    );
  }
  if (!dataset.data) {
    return (
      <Page title={t`Dataset`} fill>
        <KpiStripSkeleton count={6} />
        <Skeleton className="min-h-100 flex-1 rounded-xl" />
      </Page>
    );
  }
  return <Loaded dataset={dataset.data} />;
}

function Loaded({ dataset }: { dataset: Dataset }) {
  const { t, i18n } = useLingui();
  const [uploading, setUploading] = useState(false);
  const [choosing, setChoosing] = useState(false);
  const upload = (
    <Button tone="primary" icon={<Upload aria-hidden />} onClick={() => setUploading(true)}>
      <Trans>Upload a file</Trans>
    </Button>
  );
  return (
    <Page
      title={dataset.name}
      meta={
        <>
          <Badge>{word(i18n, DATASET_KINDS, dataset.kind)}</Badge>
          {dataset.known_from === 'listing' && <Badge tone="warn">{t`backfilled`}</Badge>}
          <CopyId id={dataset.id} prefix="ds_" />
          {dataset.source && <span className="max-w-80 truncate">{dataset.source}</span>}
        </>
      }
      actions={
        <>
          {dataset.kind === 'bars' && dataset.latest && (
            <Button icon={<Boxes aria-hidden />} onClick={() => setChoosing(true)}>
              <Trans>New universe</Trans>
            </Button>
          )}
          {upload}
        </>
      }
      fill
    >
      {dataset.latest ? (
        <>
          <Figures dataset={dataset} />
          <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1fr)_minmax(340px,400px)]">
            <div className="flex min-h-0 min-w-0 flex-col gap-3">
              <EntityChart dataset={dataset} />
              <CoverageCard dataset={dataset} />
            </div>
            <DatasetTabs dataset={dataset} />
          </div>
        </>
      ) : (
        <EmptyState title={<Trans>No file has been read yet.</Trans>} action={upload}>
          <Trans>
            CSV, Parquet or Arrow. Each row is checked at the door: good rows make a version,
            doubtful ones wait in quarantine with a reason.
          </Trans>
        </EmptyState>
      )}
      {choosing && <NewUniverse dataset={dataset} onClose={() => setChoosing(false)} />}
      {uploading && <UploadDialog dataset={dataset} onClose={() => setUploading(false)} />}
    </Page>
  );
}

function Figures({ dataset }: { dataset: Dataset }) {
  const { t } = useLingui();
  const coverage = useQuery(coverageQuery(dataset.id));
  const version = dataset.latest;
  const quality = (version?.quality ?? {}) as Record<string, unknown>;
  const findings = (quality.findings ?? {}) as Record<string, number>;
  const count = (name: string): number => findings[name] ?? 0;
  const quarantined = typeof quality.quarantined === 'number' ? quality.quarantined : null;
  const bars = dataset.kind === 'bars';
  return (
    <KpiStrip
      label={t`Figures of the dataset`}
      items={[
        {
          key: 'rows',
          label: t`Rows`,
          value: formatInteger(version?.rows),
          context:
            quarantined === null ? undefined : t`${formatInteger(quarantined)} in quarantine`,
        },
        {
          key: 'entities',
          label: bars ? t`Instruments` : t`Series or instruments`,
          value: formatInteger(coverage.data?.entities),
          context: coverage.data
            ? plural(coverage.data.months.length, { one: '# month', other: '# months' })
            : undefined,
        },
        {
          key: 'span',
          label: t`From`,
          value: formatDate(version?.first_ts),
          context: t`to ${formatDate(version?.last_ts)}`,
        },
        {
          key: 'findings',
          label: t`Findings`,
          value: formatInteger(count('error') + count('warning')),
          context: `${plural(count('error'), { one: '# error', other: '# errors' })}, ${plural(count('warning'), { one: '# warning', other: '# warnings' })}`,
          tone: count('error') > 0 ? 'text-loss' : '',
        },
        bars
          ? {
              key: 'adjusted',
              label: t`Adjusted for`,
              value: <Adjusted kinds={dataset.adjusted_for} />,
              context: dataset.calendar ? t`calendar ${dataset.calendar}` : undefined,
            }
          : {
              key: 'frequency',
              label: t`Frequency`,
              value: dataset.frequency ?? NONE,
              context: dataset.calendar ? t`calendar ${dataset.calendar}` : undefined,
            },
        {
          key: 'version',
          label: t`Version`,
          value: `v${version?.seq ?? 0}`,
          context: `${shortDigest(version?.digest)} · ${formatAgo(version?.created_at)}`,
        },
      ]}
    />
  );
}

function Adjusted({ kinds }: { kinds: string[] }) {
  const { t } = useLingui();
  const names: Record<string, string> = {
    splits: t`splits`,
    dividends: t`dividends`,
    spin_offs: t`spin-offs`,
  };
  return <>{kinds.length > 0 ? kinds.map((kind) => names[kind] ?? kind).join(', ') : t`nothing`}</>;
}
