import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Badge } from '@/components/Badge';
import { CopyId } from '@/components/CopyId';
import { KpiStripSkeleton } from '@/components/KpiStrip';
import { Page } from '@/components/Page';
import { Reproduced } from '@/components/Reproduce';
import { Tabs } from '@/components/Segmented';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { Tooltip } from '@/components/Tooltip';
import { LABEL_REASONS, LABELS } from '@/lib/backtestWords';
import { formatDate, formatDuration, formatInteger } from '@/lib/format';
import { type Backtest, backtestQuery } from '@/lib/queries/backtests';
import { word } from '@/lib/words';
import { Actions } from './Actions';
import { AttributionView } from './AttributionView';
import { Kpis } from './Kpis';
import { OrdersView } from './OrdersView';
import { unfilledOf } from './parts';
import { ResultView } from './ResultView';
import { RiskView } from './RiskView';
import { RobustnessView } from './RobustnessView';

const route = getRouteApi('/shell/backtests/$backtestId');
type View = 'result' | 'orders' | 'risk' | 'attribution' | 'robustness';

export default function BacktestPage() {
  const { t } = useLingui();
  const { backtestId } = route.useParams();
  const backtest = useQuery(backtestQuery(backtestId));
  if (backtest.error) {
    return (
      <Page title={t`Backtest`}>
        <ErrorCard
          error={backtest.error}
          what={t`This backtest`}
          onRetry={() => void backtest.refetch()}
        />
      </Page>
    );
  }
  return backtest.data ? <Loaded backtest={backtest.data} /> : <Loading />;
}

function Loading() {
  const { t } = useLingui();
  return (
    <Page title={t`Backtest`} fill>
      <KpiStripSkeleton />
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1fr)_412px]">
        <div className="flex min-h-0 flex-col gap-3">
          <Skeleton className="min-h-80 flex-[1.65] rounded-xl" />
          <Skeleton className="min-h-60 flex-1 rounded-xl" />
        </div>
        <div className="flex min-h-0 flex-col gap-3">
          <Skeleton className="min-h-44 flex-1 rounded-xl" />
          <Skeleton className="min-h-56 flex-1 rounded-xl" />
          <Skeleton className="min-h-44 flex-[0.8] rounded-xl" />
        </div>
      </div>
    </Page>
  );
}

function Loaded({ backtest }: { backtest: Backtest }) {
  return (
    <Page
      title={backtest.name}
      meta={<Meta backtest={backtest} />}
      actions={<Actions backtest={backtest} />}
      fill
    >
      <Kpis backtest={backtest} />
      <Views backtest={backtest} />
    </Page>
  );
}

/** The result itself, then what lies behind it; the open one is in the URL. */
function Views({ backtest }: { backtest: Backtest }) {
  const { t } = useLingui();
  const { view = 'result' } = route.useSearch();
  const navigate = route.useNavigate();
  const unfilled = unfilledOf(backtest.orders);
  return (
    <Tabs<View>
      label={t`Views of the result`}
      value={view}
      onChange={(next) =>
        void navigate({
          search: (before) => ({ ...before, view: next === 'result' ? undefined : next }),
          replace: true,
        })
      }
      tabs={[
        { value: 'result', label: t`Result`, panel: <ResultView backtest={backtest} /> },
        { value: 'risk', label: t`Risk`, panel: <RiskView backtest={backtest} /> },
        {
          value: 'attribution',
          label: t`Attribution`,
          panel: <AttributionView backtest={backtest} />,
        },
        {
          value: 'robustness',
          label: t`Robustness`,
          panel: <RobustnessView backtest={backtest} />,
        },
        {
          value: 'orders',
          label: t`Orders`,
          ...(unfilled > 0 ? { count: t`${formatInteger(unfilled)} not filled` } : {}),
          panel: <OrdersView backtest={backtest} />,
        },
      ]}
    />
  );
}

function Meta({ backtest }: { backtest: Backtest }) {
  const { t, i18n } = useLingui();
  const { span } = backtest;
  return (
    <>
      <CopyId id={backtest.id} prefix="bt_" />
      <span>
        {t`${formatDate(span.start)} – ${formatDate(span.end)} · ${plural(span.bars, { one: '# bar', other: '# bars' })} · ran in ${formatDuration(backtest.duration_s)}`}
      </span>
      <span className="flex flex-wrap gap-1.5 empty:hidden">
        {backtest.labels.map((label) => (
          <Tooltip key={label.key} text={word(i18n, LABEL_REASONS, label.key)}>
            <button type="button" className="min-h-6 cursor-help rounded-full">
              <Badge tone="warn">{word(i18n, LABELS, label.key)}</Badge>
            </button>
          </Tooltip>
        ))}
        <Reproduced again={backtest.reproduction} />
      </span>
    </>
  );
}
