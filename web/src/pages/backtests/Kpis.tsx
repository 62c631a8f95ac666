import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { type Kpi, KpiStrip } from '@/components/KpiStrip';
import {
  formatInteger,
  formatInterval,
  formatNumber,
  formatPercent,
  formatSignedPercent,
  toneOf,
} from '@/lib/format';
import type { Backtest } from '@/lib/queries/backtests';

/** The eight figures, each with what it has to be read against. */
export function Kpis({ backtest }: { backtest: Backtest }) {
  const { t } = useLingui();
  const metric = (name: string): number | null => backtest.metrics[name]?.value ?? null;
  const sharpe = backtest.metrics.sharpe;
  const universe = backtest.benchmarks[0];
  const deflated = backtest.trust.find((row) => row.key === 'deflated_sharpe');
  const drawdown = metric('max_drawdown');
  const trials = Number(deflated?.params?.trials ?? backtest.question.trials);
  const recovery = Math.round(metric('recovery_days') ?? 0);
  const items: Kpi[] = [
    {
      key: 'cagr',
      label: t`CAGR`,
      value: formatSignedPercent(metric('cagr')),
      tone: toneOf(metric('cagr')),
      context: t`universe ${formatSignedPercent(universe?.metrics.cagr?.value)}`,
      help: t`Growth a year, by calendar days; beside it the universe held equally.`,
    },
    {
      key: 'sharpe',
      label: t`Sharpe`,
      value: formatNumber(sharpe?.value),
      context: t`95% CI ${formatInterval(sharpe?.low, sharpe?.high)}`,
      help: t`Arithmetic, a year; the interval comes from a block bootstrap.`,
    },
    {
      key: 'deflated',
      label: t`Deflated Sharpe`,
      value: formatNumber(deflated?.value),
      context: t`p for ${plural(trials, { one: '# trial', other: '# trials' })}`,
      help: t`Probability that the Sharpe ratio is above what the best of so many trials shows by luck.`,
    },
    {
      key: 'sortino',
      label: t`Sortino`,
      value: formatNumber(metric('sortino')),
      context: t`volatility ${formatPercent(metric('volatility'), 1)}`,
    },
    {
      key: 'drawdown',
      label: t`Max drawdown`,
      value: formatSignedPercent(drawdown === null ? null : -drawdown),
      tone: toneOf(drawdown === null ? null : -drawdown),
      context:
        metric('recovered') === 1
          ? t`${plural(recovery, { one: '# day', other: '# days' })} to recover`
          : t`${plural(recovery, { one: '# day', other: '# days' })} so far`,
    },
    {
      key: 'profit',
      label: t`Profit factor`,
      value: formatNumber(metric('profit_factor')),
      context: t`win rate ${formatPercent(metric('win_rate'), 1)}`,
    },
    {
      key: 'turnover',
      label: t`Turnover`,
      value: `${formatNumber(metric('turnover'), 1)}×`,
      context: t`costs ${formatPercent(metric('cost_per_year'))} a year`,
      help: t`Traded value a year as a multiple of the account.`,
    },
    {
      key: 'trades',
      label: t`Trades`,
      value: formatInteger(backtest.trades),
      context: t`avg. ${formatNumber(metric('average_bars'), 1)} bars`,
    },
  ];
  return <KpiStrip label={t`Figures`} items={items} />;
}
