import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Badge } from '@/components/Badge';
import { CopyId } from '@/components/CopyId';
import { Page } from '@/components/Page';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { Tooltip } from '@/components/Tooltip';
import { LABEL_REASONS, LABELS } from '@/lib/backtestWords';
import { formatDate, formatDuration } from '@/lib/format';
import { type Chosen, type Discovery, discoveryQuery } from '@/lib/queries/discoveries';
import { word } from '@/lib/words';
import { Actions } from './Actions';
import { Candidates } from './Candidates';
import { Funnel } from './Funnel';
import { KeptCard } from './KeptCard';
import { MadeFrom } from './MadeFrom';
import { Sentence } from './Sentence';

const route = getRouteApi('/shell/features/discoveries/$discoveryId');

export default function DiscoveryPage() {
  const { t } = useLingui();
  const { discoveryId } = route.useParams();
  const found = useQuery(discoveryQuery(discoveryId));
  if (found.error) {
    return (
      <Page title={t`Discovery`}>
        <ErrorCard
          error={found.error}
          what={t`This discovery`}
          onRetry={() => void found.refetch()}
        />
      </Page>
    );
  }
  return found.data ? <Loaded discovery={found.data} /> : <Loading />;
}

const COLUMNS =
  'grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1fr)_380px]';

function Loading() {
  const { t } = useLingui();
  return (
    <Page title={t`Discovery`} fill>
      <Skeleton className="h-16 rounded-xl" />
      <div className={COLUMNS}>
        <div className="flex min-h-0 flex-col gap-3">
          <Skeleton className="h-72 rounded-xl" />
          <Skeleton className="min-h-72 flex-1 rounded-xl" />
        </div>
        <Skeleton className="min-h-72 rounded-xl" />
      </div>
    </Page>
  );
}

function Loaded({ discovery }: { discovery: Discovery }) {
  const { reason } = route.useSearch();
  const navigate = route.useNavigate();
  const choose = (next: Chosen | undefined): void =>
    void navigate({
      search: (before) => ({ ...before, reason: next === reason ? undefined : next }),
      replace: true,
    });
  return (
    <Page
      title={discovery.name}
      meta={<Meta discovery={discovery} />}
      actions={<Actions discovery={discovery} />}
      fill
    >
      <Sentence discovery={discovery} />
      <div className={COLUMNS}>
        <div className="flex min-h-0 min-w-0 flex-col gap-3">
          <Funnel discovery={discovery} chosen={reason} onChoose={choose} />
          <Candidates discovery={discovery} chosen={reason} onChoose={choose} />
        </div>
        <div className="flex min-h-0 min-w-0 flex-col gap-3 lg:overflow-y-auto">
          <KeptCard discovery={discovery} />
          <MadeFrom discovery={discovery} />
        </div>
      </div>
    </Page>
  );
}

function Meta({ discovery }: { discovery: Discovery }) {
  const { t, i18n } = useLingui();
  const { judged } = discovery;
  const labels = [
    ...(discovery.universe.biased ? ['biased'] : []),
    ...(discovery.backfilled.length > 0 ? ['backfilled'] : []),
  ];
  return (
    <>
      <CopyId id={discovery.id} prefix="dc_" />
      <span>
        {t`judged on ${formatDate(judged.start)} – ${formatDate(judged.end)} · ${plural(judged.bars, { one: '# bar', other: '# bars' })} · ran in ${formatDuration(discovery.duration_s)}`}
      </span>
      <span className="flex flex-wrap gap-1.5 empty:hidden">
        {labels.map((label) => (
          <Tooltip key={label} text={word(i18n, LABEL_REASONS, label)}>
            <button type="button" className="min-h-6 cursor-help rounded-full">
              <Badge tone="warn">{word(i18n, LABELS, label)}</Badge>
            </button>
          </Tooltip>
        ))}
      </span>
    </>
  );
}
