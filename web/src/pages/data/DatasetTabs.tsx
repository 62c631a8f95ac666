import { useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Facts } from '@/components/Card';
import { CopyId } from '@/components/CopyId';
import { Tabs } from '@/components/Segmented';
import { SkeletonRows } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { formatAgo, formatInteger, NONE, shortDigest } from '@/lib/format';
import {
  type Dataset,
  datasetVersionsQuery,
  findingsQuery,
  quarantineQuery,
} from '@/lib/queries/datasets';
import { flat } from '@/lib/queries/keys';
import { Findings } from './Findings';
import { Quarantine } from './Quarantine';

const route = getRouteApi('/shell/data/$datasetId');

/** What was found, what waits, what was before, what it is: one at a time. */
export function DatasetTabs({ dataset }: { dataset: Dataset }) {
  const { t } = useLingui();
  const { tab = 'findings' } = route.useSearch();
  const navigate = route.useNavigate();
  const findings = useInfiniteQuery(findingsQuery(dataset.id));
  const quarantine = useInfiniteQuery(quarantineQuery(dataset.id));
  const counted = (list: typeof findings | typeof quarantine): string | undefined =>
    list.data
      ? `${flat<unknown>(list.data.pages).length}${list.hasNextPage ? '+' : ''}`
      : undefined;
  return (
    <div className="flex min-h-0 min-w-0 flex-col rounded-xl border border-line bg-surface px-3 pt-1 pb-2">
      <Tabs
        label={t`About the dataset`}
        value={tab}
        onChange={(next) =>
          void navigate({ search: (before) => ({ ...before, tab: next }), replace: true })
        }
        tabs={[
          {
            value: 'findings',
            label: t`Findings`,
            count: counted(findings),
            panel: <Findings list={findings} />,
          },
          {
            value: 'quarantine',
            label: t`Quarantine`,
            count: counted(quarantine),
            panel: <Quarantine dataset={dataset} list={quarantine} />,
          },
          { value: 'versions', label: t`Versions`, panel: <Versions dataset={dataset} /> },
          { value: 'about', label: t`About`, panel: <About dataset={dataset} /> },
        ]}
      />
    </div>
  );
}

function Versions({ dataset }: { dataset: Dataset }) {
  const { t } = useLingui();
  const versions = useInfiniteQuery(datasetVersionsQuery(dataset.id));
  if (versions.error) {
    return (
      <ErrorCard
        error={versions.error}
        what={t`The list`}
        onRetry={() => void versions.refetch()}
      />
    );
  }
  if (!versions.data) return <SkeletonRows count={4} />;
  return (
    <ul className="min-h-0 overflow-y-auto text-12">
      {flat(versions.data.pages).map((version) => (
        <li key={version.id} className="border-line-soft border-b py-2 last:border-0">
          <div className="flex items-center gap-3">
            <b className="font-semibold">v{version.seq}</b>
            <span className="text-text-2 tabular">{t`${formatInteger(version.rows)} rows`}</span>
            <span className="ml-auto text-text-3">{formatAgo(version.created_at)}</span>
          </div>
          <div className="flex items-center gap-3 text-text-3">
            <CopyId id={version.id} />
            <span className="font-mono text-11">{shortDigest(version.digest)}</span>
          </div>
        </li>
      ))}
    </ul>
  );
}

function About({ dataset }: { dataset: Dataset }) {
  const { t } = useLingui();
  const { rule, ...rest } = dataset.known_rule as { rule?: string } & Record<string, unknown>;
  const rules: Record<string, string> = {
    bar_close: t`at the close of its bar`,
    column: t`as the file's column says: ${String(rest.column ?? '')}`,
    local_time: t`${String(rest.days ?? 0)} days later at ${String(rest.time ?? '')}, ${String(rest.timezone ?? '')}`,
    listing: t`taken as known from the start (backfilled)`,
  };
  return (
    <div className="min-h-0 overflow-y-auto">
      {dataset.description && <p className="pb-2 text-12 text-text-2">{dataset.description}</p>}
      <Facts
        rows={[
          [t`A row is known`, rules[rule ?? ''] ?? NONE],
          [t`Owner`, dataset.owner.name],
          [t`Source`, dataset.source || NONE],
          [t`Licence`, dataset.licence || NONE],
          [t`Frequency`, dataset.frequency ?? NONE],
          [t`Calendar`, dataset.calendar ?? NONE],
          [t`Time zone`, dataset.timezone],
          [t`Currency`, dataset.currency ?? NONE],
          [
            t`Oldest usable value`,
            dataset.max_staleness_days ? t`${dataset.max_staleness_days} days` : t`no limit`,
          ],
        ]}
      />
    </div>
  );
}
