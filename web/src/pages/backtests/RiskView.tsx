import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { type ChartLine, LineChart } from '@/charts/LineChart';
import { Segmented } from '@/components/Segmented';
import { EmptyState } from '@/components/States';
import {
  formatInteger,
  formatIsoDate,
  formatNumber,
  formatPercent,
  formatSignedPercent,
} from '@/lib/format';
import {
  type Analysis,
  type Backtest,
  backtestAnalysisQuery,
  backtestRollingQuery,
  type Rolling,
} from '@/lib/queries/backtests';
import { Columns, Unseen } from './Columns';
import { Held, Paid } from './Holdings';
import { QueryCard, Scrolled } from './QueryCard';

const route = getRouteApi('/shell/backtests/$backtestId');
type Shown = 'sharpe' | 'return' | 'volatility' | 'beta' | 'turnover' | 'exposure' | 'names';

/** How risk, exposure and turnover moved, the falls, and what was held and paid. */
export function RiskView({ backtest }: { backtest: Backtest }) {
  const { t } = useLingui();
  const analysis = useQuery(backtestAnalysisQuery(backtest.id));
  return (
    <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1fr)_412px]">
      <div className="flex min-h-0 min-w-0 flex-col gap-3">
        <RollingCard id={backtest.id} />
        <QueryCard
          query={analysis}
          what={t`The falls`}
          title={t`Deepest falls`}
          className="h-80 lg:h-auto lg:min-h-0 lg:flex-1"
        >
          {(data) => <Falls falls={data.drawdowns} />}
        </QueryCard>
      </div>
      <div className="flex min-h-0 flex-col gap-3 lg:overflow-y-auto">
        <QueryCard
          query={analysis}
          what={t`The holdings`}
          title={t`What was held`}
          className="shrink-0"
        >
          {(data) => <Held held={data.holdings} />}
        </QueryCard>
        <QueryCard
          query={analysis}
          what={t`The costs`}
          title={t`What it cost`}
          className="shrink-0"
        >
          {(data) => <Paid costs={data.costs} />}
        </QueryCard>
      </div>
    </div>
  );
}

function RollingCard({ id }: { id: string }) {
  const { t } = useLingui();
  const { rolling: shown = 'sharpe' } = route.useSearch();
  const navigate = route.useNavigate();
  const rolling = useQuery(backtestRollingQuery(id));
  const bars = formatInteger(rolling.data?.window);
  return (
    <QueryCard
      flush
      query={rolling}
      what={t`The rolling statistics`}
      title={t`Over time`}
      note={rolling.data && shown !== 'exposure' && shown !== 'names' ? t`${bars} bars` : undefined}
      actions={
        <div className="max-w-[calc(100vw-3rem)] overflow-x-auto">
          <Segmented<Shown>
            label={t`Shown over time`}
            value={shown}
            options={[
              { value: 'sharpe', label: t`Sharpe` },
              { value: 'return', label: t`Return` },
              { value: 'volatility', label: t`Volatility` },
              { value: 'beta', label: t`Beta` },
              { value: 'turnover', label: t`Turnover` },
              { value: 'exposure', label: t`Exposure` },
              { value: 'names', label: t`Names` },
            ]}
            onChange={(next) =>
              void navigate({ search: (before) => ({ ...before, rolling: next }), replace: true })
            }
          />
        </div>
      }
      className="h-[360px] lg:h-auto lg:min-h-0 lg:flex-[1.3]"
    >
      {(data) => <Lines data={data} shown={shown} />}
    </QueryCard>
  );
}

const ratio = (value: number): string => formatNumber(value);
const percent = (value: number): string => formatPercent(value, 0);
const times = (value: number): string => `${formatNumber(value, 1)}×`;
const whole = (value: number): string => formatInteger(value);

function Lines({ data, shown }: { data: Rolling; shown: Shown }) {
  const { t } = useLingui();
  const lines = useMemo((): ChartLine[] => {
    const line = (key: string, label: string, value: (number | null)[], colour: string) => ({
      key,
      label,
      ts: data.ts,
      value,
      colour,
    });
    const main = '--chart-line';
    switch (shown) {
      case 'return':
        return [line('return', t`Return over the window`, data.total_return, main)];
      case 'volatility':
        return [line('volatility', t`Volatility a year`, data.volatility, main)];
      case 'beta':
        return [line('beta', t`Beta on the universe`, data.beta, main)];
      case 'turnover':
        return [line('turnover', t`Turnover a year`, data.turnover, main)];
      case 'exposure':
        return [
          line('gross', t`Gross`, data.gross, main),
          line('net', t`Net`, data.net, '--chart-benchmark-2'),
        ];
      case 'names':
        return [line('names', t`Instruments held`, data.names, main)];
      default:
        return [line('sharpe', t`Sharpe over the window`, data.sharpe, main)];
    }
  }, [data, shown, t]);
  const formats: Partial<Record<Shown, (value: number) => string>> = {
    return: percent,
    volatility: percent,
    exposure: percent,
    turnover: times,
    names: whole,
  };
  return <LineChart label={t`Over time`} lines={lines} format={formats[shown] ?? ratio} />;
}

function Falls({ falls }: { falls: Analysis['drawdowns'] }) {
  const { t } = useLingui();
  const navigate = route.useNavigate();
  if (falls.length === 0) {
    return (
      <EmptyState title={<Trans>It never fell</Trans>}>
        <Trans>No bar ended below an earlier one.</Trans>
      </EmptyState>
    );
  }
  const show = (fall: Analysis['drawdowns'][number]): void => {
    const from = Date.parse(fall.peak) / 1000;
    const to = fall.recovered ? Date.parse(fall.recovered) / 1000 : from + fall.days * 86_400;
    void navigate({
      search: (before) => ({
        ...before,
        view: undefined,
        from: Math.floor(from),
        to: Math.ceil(to),
      }),
    });
  };
  return (
    <Scrolled label={t`Rows`}>
      <Columns
        label={t`Deepest falls`}
        heads={[
          t`From`,
          t`Depth`,
          t`Lowest`,
          t`Recovered`,
          t`Days`,
          <Unseen key="show" text={t`Chart`} />,
        ]}
        rows={falls.map((fall) => ({
          key: fall.peak,
          cells: [
            formatIsoDate(fall.peak),
            <span key="depth" className="text-loss">
              {formatSignedPercent(-fall.depth)}
            </span>,
            formatIsoDate(fall.trough),
            fall.recovered ? formatIsoDate(fall.recovered) : t`not yet`,
            formatInteger(fall.days),
            <button
              key="show"
              type="button"
              className="min-h-6 text-accent-text hover:underline"
              aria-label={t`Show the fall of ${formatIsoDate(fall.peak)} on the chart`}
              onClick={() => show(fall)}
            >
              <Trans>Show</Trans>
            </button>,
          ],
        }))}
      />
    </Scrolled>
  );
}
