import { Trans, useLingui } from '@lingui/react/macro';
import { COSTS } from '@/lib/backtestWords';
import {
  formatInteger,
  formatNumber,
  formatSigned,
  formatSignedPercent,
  toneOf,
} from '@/lib/format';
import type { Backtest } from '@/lib/queries/backtests';
import { word } from '@/lib/words';

const KINDS = ['commission', 'spread', 'slippage', 'borrow'];

/** What was paid by kind, and what the result would be without it. */
export function Costs({ backtest }: { backtest: Backtest }) {
  const { t, i18n } = useLingui();
  const { costs, metrics } = backtest;
  const net = metrics.cagr?.value ?? null;
  const free = costs.cagr_without_costs ?? null;
  const paid: [string, string][] = KINDS.map((kind) => [
    word(i18n, COSTS, kind),
    formatInteger(costs[kind]),
  ]);
  return (
    <section aria-label={t`Costs`} className="flex flex-col gap-1">
      <p className="text-12 text-text-2">
        <Trans>
          Before costs <Signed value={free} /> a year, after them <Signed value={net} />.
        </Trans>{' '}
        {free !== null && net !== null && free > 0 && net < 0 && (
          <b className="font-semibold text-loss">
            <Trans>Costs turn it negative.</Trans>
          </b>
        )}
      </p>
      <dl className="grid grid-cols-2 gap-x-6 text-12 sm:grid-cols-4">
        {[
          ...paid,
          [t`Dividends`, formatInteger(costs.dividends)],
          [t`Interest`, formatInteger(costs.interest)],
          ...(costs.deposits ? [[t`Deposits`, formatSigned(costs.deposits, 0)]] : []),
          [t`Sharpe, no costs`, formatNumber(costs.sharpe_without_costs)],
          [t`Sharpe`, formatNumber(metrics.sharpe?.value)],
          [t`Sharpe, double`, formatNumber(costs.sharpe_doubled)],
        ].map(([name, value]) => (
          <div key={String(name)} className="flex min-h-6 items-baseline justify-between gap-2">
            <dt className="truncate text-text-3">{name}</dt>
            <dd className="tabular">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Signed({ value }: { value: number | null }) {
  return <span className={`tabular ${toneOf(value)}`}>{formatSignedPercent(value)}</span>;
}
