import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { Badge } from '@/components/Badge';
import {
  formatInterval,
  formatNumber,
  formatPercent,
  formatSignedPercent,
  toneOf,
} from '@/lib/format';
import type { Backtest, Metric } from '@/lib/queries/backtests';
import { UNIVERSE } from './parts';

type Metrics = Record<string, Metric>;
type Line = { key: string; name: ReactNode; metrics: Metrics; relative?: Metrics };

/** The strategy beside its universe held equally, then beside an index. */
export function Benchmarks({ backtest }: { backtest: Backtest }) {
  const { t } = useLingui();
  const lines: Line[] = [
    {
      key: 'own',
      name: <b className="font-semibold">{backtest.name}</b>,
      metrics: backtest.metrics,
    },
    ...backtest.benchmarks.map((one) => ({
      key: one.key,
      name: (
        <span className="inline-flex items-center gap-2 whitespace-nowrap">
          {one.key === UNIVERSE ? t`Universe, equal weight` : t`${one.name}, held`}
          {one.price_return && <Badge>{t`Price return`}</Badge>}
        </span>
      ),
      metrics: one.metrics,
      relative: one.relative,
    })),
  ];
  const heads = [t`CAGR`, t`Volatility`, t`Sharpe (95%)`, t`Max drawdown`, t`IR against it (95%)`];
  return (
    <div className="shrink-0 overflow-x-auto">
      <table className="w-full min-w-160 text-12 tabular" aria-label={t`Beside its benchmarks`}>
        <thead>
          <tr className="text-text-3">
            <th scope="col" className="py-1 text-left font-normal">
              <Trans>Account</Trans>
            </th>
            {heads.map((head) => (
              <th
                key={head}
                scope="col"
                className="py-1 pl-3 text-right font-normal whitespace-nowrap"
              >
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <BenchmarkRow key={line.key} line={line} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function BenchmarkRow({ line }: { line: Line }) {
  const { metrics, relative } = line;
  const value = (name: string): number | null => metrics[name]?.value ?? null;
  const ratio = relative?.information_ratio;
  const fall = value('max_drawdown');
  const cells: ReactNode[] = [
    <span key="cagr" className={toneOf(value('cagr'))}>
      {formatSignedPercent(value('cagr'))}
    </span>,
    formatPercent(value('volatility'), 1),
    <Bounded key="sharpe" metric={metrics.sharpe} />,
    formatSignedPercent(fall === null ? null : -fall),
    <Bounded key="ratio" metric={ratio} />,
  ];
  return (
    <tr className="border-line-soft border-t">
      <th scope="row" className="py-1 text-left font-normal">
        {line.name}
      </th>
      {cells.map((cell, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their order
        <td key={index} className="py-1 pl-3 text-right whitespace-nowrap">
          {cell}
        </td>
      ))}
    </tr>
  );
}

function Bounded({ metric }: { metric: Metric | undefined }) {
  return (
    <>
      {formatNumber(metric?.value)}{' '}
      {metric && <span className="text-text-3">{formatInterval(metric.low, metric.high)}</span>}
    </>
  );
}
