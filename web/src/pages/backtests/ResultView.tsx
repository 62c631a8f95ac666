import { useLingui } from '@lingui/react/macro';
import { getRouteApi } from '@tanstack/react-router';
import { Card } from '@/components/Card';
import { Segmented } from '@/components/Segmented';
import { formatInteger } from '@/lib/format';
import type { Backtest } from '@/lib/queries/backtests';
import { Benchmarks } from './Benchmarks';
import { Conventions } from './Conventions';
import { Costs } from './Costs';
import { MadeFromCard } from './MadeFromCard';
import { MonthlyCard } from './MonthlyCard';
import { PriceCard } from './PriceCard';
import { Scrolled } from './QueryCard';
import { TradeFilters, Trades } from './Trades';
import { TrustCard } from './TrustCard';

const route = getRouteApi('/shell/backtests/$backtestId');
type Tab = 'trades' | 'benchmarks' | 'how';

/** What happened, month by month, and whether to believe it. */
export function ResultView({ backtest }: { backtest: Backtest }) {
  return (
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
