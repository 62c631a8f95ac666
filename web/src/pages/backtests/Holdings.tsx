import { useLingui } from '@lingui/react/macro';
import { Facts } from '@/components/Card';
import { COSTS } from '@/lib/backtestWords';
import { formatBasisPoints, formatInteger, formatNumber, formatPercent } from '@/lib/format';
import type { Analysis } from '@/lib/queries/backtests';
import { word } from '@/lib/words';
import { Columns } from './Columns';

/** How much was held, of how many, for how long. */
export function Held({ held }: { held: Analysis['holdings'] }) {
  const { t } = useLingui();
  const short = formatPercent(held.short, 0);
  const long = formatPercent(held.long, 0);
  return (
    <Facts
      rows={[
        [t`Gross exposure, mean`, formatPercent(held.gross, 0)],
        [t`Long and short, mean`, t`${long} and ${short}`],
        [t`Gross exposure, highest`, formatPercent(held.largest_gross, 0)],
        [t`Bars in the market`, formatPercent(held.in_market, 0)],
        [t`Instruments held, mean`, formatNumber(held.names, 1)],
        [t`As many equal ones`, formatNumber(held.effective_names, 1)],
        [t`Largest position`, formatPercent(held.largest_weight, 1)],
        [t`Turnover a year`, `${formatNumber(held.turnover, 1)}×`],
        [t`Days held, median`, formatNumber(held.median_holding_days, 0)],
      ]}
    />
  );
}

/** Every kind of cost, in money and beside what it was paid for. */
export function Paid({ costs }: { costs: Analysis['costs'] }) {
  const { t, i18n } = useLingui();
  return (
    <Columns
      label={t`Costs by kind`}
      heads={[t`Kind`, t`Paid`, t`A year`, t`Of traded`, t`Of profit`]}
      rows={costs.map((cost) => ({
        key: cost.kind,
        cells: [
          word(i18n, COSTS, cost.kind),
          formatInteger(cost.cash),
          formatPercent(cost.per_year),
          formatBasisPoints((cost.bps_of_traded ?? 0) / 10_000, 1),
          formatPercent(cost.share_of_gross, 0),
        ],
      }))}
    />
  );
}
