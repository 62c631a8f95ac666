import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { Facts } from '@/components/Card';
import { COSTS } from '@/lib/backtestWords';
import { formatInteger, formatNumber, formatSignedPercent, toneOf } from '@/lib/format';
import type { Backtest } from '@/lib/queries/backtests';
import { word } from '@/lib/words';

const KINDS = ['commission', 'spread', 'borrow'];

/** What was paid by kind, and what the result would be without it. */
export function Costs({ backtest }: { backtest: Backtest }) {
  const { t, i18n } = useLingui();
  const { costs, metrics } = backtest;
  const net = metrics.cagr?.value ?? null;
  const free = costs.cagr_without_costs ?? null;
  const paid: [ReactNode, ReactNode][] = KINDS.map((kind) => [
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
      <Facts
        rows={[
          ...paid,
          [t`Dividends`, formatInteger(costs.dividends)],
          [t`Interest`, formatInteger(costs.interest)],
          [t`Sharpe before costs`, formatNumber(costs.sharpe_without_costs)],
          [t`Sharpe`, formatNumber(metrics.sharpe?.value)],
          [t`Sharpe at double costs`, formatNumber(costs.sharpe_doubled)],
        ]}
      />
    </section>
  );
}

function Signed({ value }: { value: number | null }) {
  return <span className={`tabular ${toneOf(value)}`}>{formatSignedPercent(value)}</span>;
}
