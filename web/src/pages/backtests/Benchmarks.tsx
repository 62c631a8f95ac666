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
        <span className="inline-flex items-center gap-2">
          {one.key === UNIVERSE ? t`Universe, equal weight` : t`${one.name}, held`}
          {one.price_return && <Badge>{t`Price return`}</Badge>}
        </span>
      ),
      metrics: one.metrics,
      relative: one.relative,
    })),
  ];
  const heads = [
    t`CAGR`,
    t`Volatility`,
    t`Sharpe`,
    t`95% interval`,
    t`Max drawdown`,
    t`IR against it`,
    t`95% interval`,
  ];
  return (
    <div className="overflow-x-auto">
      <table className="w-full min-w-160 text-12 tabular" aria-label={t`Beside its benchmarks`}>
        <thead>
          <tr className="text-text-3">
            <th scope="col" className="py-1.5 text-left font-normal">
              <Trans>Account</Trans>
            </th>
            {heads.map((head, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their order
              <th key={index} scope="col" className="py-1.5 pl-3 text-right font-normal">
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
    formatNumber(value('sharpe')),
    formatInterval(metrics.sharpe?.low, metrics.sharpe?.high),
    formatSignedPercent(fall === null ? null : -fall),
    formatNumber(ratio?.value),
    formatInterval(ratio?.low, ratio?.high),
  ];
  return (
    <tr className="border-line-soft border-t">
      <th scope="row" className="py-1.5 text-left font-normal">
        {line.name}
      </th>
      {cells.map((cell, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their order
        <td key={index} className="py-1.5 pl-3 text-right whitespace-nowrap">
          {cell}
        </td>
      ))}
    </tr>
  );
}
