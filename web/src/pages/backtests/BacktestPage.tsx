import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Badge } from '@/components/Badge';
import { Card } from '@/components/Card';
import { CopyId } from '@/components/CopyId';
import { KpiStripSkeleton } from '@/components/KpiStrip';
import { Page } from '@/components/Page';
import { Segmented } from '@/components/Segmented';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { Tooltip } from '@/components/Tooltip';
import { LABEL_REASONS, LABELS, PARTS } from '@/lib/backtestWords';
import { formatDate, formatDuration, formatInteger, formatTime } from '@/lib/format';
import { type Backtest, backtestQuery } from '@/lib/queries/backtests';
import { word } from '@/lib/words';
import { Actions } from './Actions';
import { Benchmarks } from './Benchmarks';
import { Conventions } from './Conventions';
import { Costs } from './Costs';
import { Kpis } from './Kpis';
import { MadeFromCard } from './MadeFromCard';
import { MonthlyCard } from './MonthlyCard';
import { PriceCard } from './PriceCard';
import { TradeFilters, Trades } from './Trades';
import { TrustCard } from './TrustCard';

const route = getRouteApi('/shell/backtests/$backtestId');
type Tab = 'trades' | 'benchmarks' | 'how';

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
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1fr)_412px]">
        <div className="flex min-h-0 min-w-0 flex-col gap-3">
          <PriceCard backtest={backtest} />
          <Lower backtest={backtest} />
        </div>
        <div className="flex min-h-0 flex-col gap-3 lg:overflow-y-auto">
          <MonthlyCard id={backtest.id} />
          <TrustCard backtest={backtest} />
          <MadeFromCard backtest={backtest} />
        </div>
      </div>
    </Page>
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
        <Reproduced backtest={backtest} />
      </span>
    </>
  );
}

function Reproduced({ backtest }: { backtest: Backtest }) {
  const { t, i18n } = useLingui();
  const again = backtest.reproduction;
  if (!again) return null;
  const parts = again.differs.map((part) => word(i18n, PARTS, part)).join(', ');
  const when = formatTime(again.at);
  return (
    <Tooltip text={parts ? t`Run again ${when}. Not the same: ${parts}.` : t`Run again ${when}.`}>
      <button type="button" className="min-h-6 cursor-help rounded-full">
        <Badge tone={again.equal ? 'good' : 'bad'}>
          {again.equal ? t`Reproduced: equal` : t`Reproduced: different`}
        </Badge>
      </button>
    </Tooltip>
  );
}

/** Trades, benchmarks and costs, or how it was computed. */
function Lower({ backtest }: { backtest: Backtest }) {
  const { t } = useLingui();
  const { tab = 'trades' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Card
      flush
      title={
        <Segmented<Tab>
          label={t`Part of the result`}
          value={tab}
          options={[
            { value: 'trades', label: t`Trades ${formatInteger(backtest.trades)}` },
            { value: 'benchmarks', label: t`Benchmarks` },
            { value: 'how', label: t`Method` },
          ]}
          onChange={(next) =>
            void navigate({
              search: (before) => ({ ...before, tab: next === 'trades' ? undefined : next }),
              replace: true,
            })
          }
        />
      }
      actions={tab === 'trades' && <TradeFilters />}
      className="h-[420px] lg:h-auto lg:min-h-0 lg:flex-1"
    >
      {tab === 'trades' && <Trades backtest={backtest} />}
      {tab === 'how' && (
        <Scrolled label={t`How it was computed`}>
          <Conventions backtest={backtest} />
        </Scrolled>
      )}
      {tab === 'benchmarks' && (
        <Scrolled label={t`Benchmarks and costs`}>
          <div className="flex flex-col gap-3 px-3 pb-3">
            <Benchmarks backtest={backtest} />
            <Costs backtest={backtest} />
          </div>
        </Scrolled>
      )}
    </Card>
  );
}

/** A part that scrolls on its own, also by keyboard. */
function Scrolled({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section tabIndex={0} aria-label={label} className="h-full overflow-y-auto">
      {children}
    </section>
  );
}
