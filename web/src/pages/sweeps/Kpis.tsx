import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { type Kpi, KpiStrip } from '@/components/KpiStrip';
import { formatInteger, formatNumber, formatSignedPercent, toneOf } from '@/lib/format';
import type { Sweep } from '@/lib/queries/sweeps';

/** The eight figures, each with what it has to be read against. */
export function Kpis({ sweep }: { sweep: Sweep }) {
  const { t } = useLingui();
  const { best, holding, evidence, plateau, walk_forward: walk } = sweep;
  const drawdown = best.statistics.max_drawdown ?? null;
  const months = evidence.months;
  const windows = walk?.windows ?? 0;
  const neighbours = formatNumber(plateau.neighbours);
  const items: Kpi[] = [
    {
      key: 'beat',
      label: t`Beat holding`,
      value: formatInteger(sweep.beat_return),
      context: t`${formatInteger(sweep.beat_sharpe)} by Sharpe`,
      help: t`Combinations with a higher total return than holding, after costs; and with a higher Sharpe ratio.`,
    },
    {
      key: 'sharpe',
      label: t`Best Sharpe`,
      value: formatNumber(best.statistics.sharpe),
      context: t`holding ${formatNumber(holding.sharpe)}`,
      help: t`Of the combination with the highest ratio, arithmetic, a year.`,
    },
    {
      key: 'cagr',
      label: t`Its CAGR`,
      value: formatSignedPercent(best.statistics.cagr),
      tone: toneOf(best.statistics.cagr),
      context: t`holding ${formatSignedPercent(holding.cagr)}`,
    },
    {
      key: 'drawdown',
      label: t`Its max drawdown`,
      value: formatSignedPercent(drawdown === null ? null : -drawdown),
      tone: toneOf(drawdown === null ? null : -drawdown),
      context: t`holding ${formatSignedPercent(holding.max_drawdown == null ? null : -holding.max_drawdown)}`,
    },
    {
      key: 'deflated',
      label: t`Deflated Sharpe`,
      value: formatNumber(evidence.deflated_sharpe),
      context: t`p for ${plural(evidence.trials, { one: '# trial', other: '# trials' })}`,
      help: t`Probability that the strongest combination's true ratio is above what the luckiest of so many trials shows, from ${months} monthly returns.`,
    },
    {
      key: 'maximum',
      label: t`Maximum test`,
      value: formatNumber(evidence.adjusted),
      context: t`alone ${formatNumber(evidence.alone)}`,
      help: t`Probability that the best of so many worthless combinations looks worse than the strongest one here; beside it, had it been tried alone.`,
    },
    {
      key: 'pbo',
      label: t`Overfitting (PBO)`,
      value: formatNumber(evidence.pbo),
      context: t`CSCV, 16 blocks`,
      help: t`How often the best of one half of the time is below the median in the other half.`,
    },
    {
      key: 'walk',
      label: t`Walk-forward Sharpe`,
      value: formatNumber(walk?.sharpe),
      context: walk
        ? t`holding ${formatNumber(walk.holding_sharpe)}`
        : t`neighbours of the best ${neighbours}`,
      help: t`The best of the past five years, traded in the next one: ${windows} choices, from monthly returns.`,
    },
  ];
  return <KpiStrip label={t`Figures`} items={items} />;
}
