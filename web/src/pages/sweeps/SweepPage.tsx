import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Badge } from '@/components/Badge';
import { CopyId } from '@/components/CopyId';
import { KpiStripSkeleton } from '@/components/KpiStrip';
import { Page } from '@/components/Page';
import { Reproduced } from '@/components/Reproduce';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { Tooltip } from '@/components/Tooltip';
import { LABEL_REASONS, LABELS } from '@/lib/backtestWords';
import { formatDate, formatDuration } from '@/lib/format';
import { type Sweep, sweepQuery } from '@/lib/queries/sweeps';
import { word } from '@/lib/words';
import { Actions } from './Actions';
import { Kpis } from './Kpis';
import { PointCard } from './PointCard';
import { Points } from './Points';
import { StabilityCard } from './StabilityCard';
import { SurfaceCard } from './SurfaceCard';
import { Verdict } from './Verdict';

const route = getRouteApi('/shell/backtests/sweeps/$sweepId');

export default function SweepPage() {
  const { t } = useLingui();
  const { sweepId } = route.useParams();
  const sweep = useQuery(sweepQuery(sweepId));
  if (sweep.error) {
    return (
      <Page title={t`Sweep`}>
        <ErrorCard error={sweep.error} what={t`This sweep`} onRetry={() => void sweep.refetch()} />
      </Page>
    );
  }
  return sweep.data ? <Loaded sweep={sweep.data} /> : <Loading />;
}

function Loading() {
  const { t } = useLingui();
  return (
    <Page title={t`Sweep`} fill>
      <Skeleton className="h-12 rounded-xl" />
      <KpiStripSkeleton />
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1fr)_412px]">
        <div className="flex min-h-0 flex-col gap-3">
          <Skeleton className="min-h-80 flex-[1.4] rounded-xl" />
          <Skeleton className="min-h-52 flex-1 rounded-xl" />
        </div>
        <div className="flex min-h-0 flex-col gap-3">
          <Skeleton className="min-h-72 flex-[1.2] rounded-xl" />
          <Skeleton className="min-h-56 flex-1 rounded-xl" />
        </div>
      </div>
    </Page>
  );
}

function Loaded({ sweep }: { sweep: Sweep }) {
  const { point = sweep.best.n } = route.useSearch();
  const navigate = route.useNavigate();
  const select = (n: number): void =>
    void navigate({
      search: (before) => ({ ...before, point: n === sweep.best.n ? undefined : n }),
      replace: true,
    });
  const chosen = { sweep, point, onPick: select };
  return (
    <Page
      title={sweep.name}
      meta={<Meta sweep={sweep} />}
      actions={<Actions sweep={sweep} point={point} />}
      fill
    >
      <Verdict sweep={sweep} />
      <Kpis sweep={sweep} />
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1fr)_412px]">
        <div className="flex min-h-0 min-w-0 flex-col gap-3">
          <SurfaceCard {...chosen} />
          <Points {...chosen} />
        </div>
        <div className="flex min-h-0 min-w-0 flex-col gap-3 lg:overflow-y-auto">
          <PointCard {...chosen} />
          <StabilityCard {...chosen} />
        </div>
      </div>
    </Page>
  );
}

function Meta({ sweep }: { sweep: Sweep }) {
  const { t, i18n } = useLingui();
  const { span } = sweep;
  return (
    <>
      <CopyId id={sweep.id} prefix="sw_" />
      <span>
        {t`${formatDate(span.start)} – ${formatDate(span.end)} · ${plural(span.bars, { one: '# bar', other: '# bars' })} · ran in ${formatDuration(sweep.duration_s)}`}
      </span>
      <span className="flex flex-wrap gap-1.5 empty:hidden">
        {sweep.labels.map((label) => (
          <Tooltip key={label.key} text={word(i18n, LABEL_REASONS, label.key)}>
            <button type="button" className="min-h-6 cursor-help rounded-full">
              <Badge tone="warn">{word(i18n, LABELS, label.key)}</Badge>
            </button>
          </Tooltip>
        ))}
        <Reproduced again={sweep.reproduction} />
      </span>
    </>
  );
}
