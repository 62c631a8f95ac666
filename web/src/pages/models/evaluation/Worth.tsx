import { Trans, useLingui } from '@lingui/react/macro';
import { BarList } from '@/charts/Bars';
import { ErrorChart } from '@/charts/ErrorChart';
import { Badge } from '@/components/Badge';
import { Card } from '@/components/Card';
import { KpiStrip } from '@/components/KpiStrip';
import { REGIMES } from '@/lib/evaluationWords';
import {
  formatInteger,
  formatNumber,
  formatSigned,
  formatSignedPercent,
  toneOf,
} from '@/lib/format';
import type { EvaluationResult } from '@/lib/queries/evaluations';
import { word } from '@/lib/words';
import { PartsCard } from './PartsCard';

type ResultProps = { result: EvaluationResult };

/** Where and when a score works. */
export function Worth({ result }: ResultProps) {
  const { t, i18n } = useLingui();
  const regimes = (key: string): string => word(i18n, REGIMES, key);
  return (
    <>
      <Whole result={result} />
      <div className="grid gap-3 lg:grid-cols-2">
        <PartsCard title={t`By year`} parts={result.years} />
        {result.sectors ? (
          <PartsCard
            title={t`By sector`}
            note={t`among the names of one sector, by ${result.sectors.dataset}`}
            parts={result.sectors.parts}
          />
        ) : (
          <Card title={t`By sector`}>
            <p className="text-12 text-text-2">
              <Trans>Not known: no dataset tells a sector of these instruments.</Trans>
            </p>
          </Card>
        )}
        <PartsCard
          title={t`By volatility of the market`}
          note={t`as known at the decision`}
          parts={result.volatility}
          words={regimes}
        />
        <PartsCard
          title={t`By trend of the market`}
          note={t`as known at the decision`}
          parts={result.trend}
          words={regimes}
        />
        <Decay result={result} />
        <Quantiles result={result} />
      </div>
      {result.sectors?.backfilled && (
        <p>
          <Badge tone="warn">
            <Trans>sectors are known from a later snapshot alone</Trans>
          </Badge>
        </p>
      )}
    </>
  );
}

function Whole({ result }: ResultProps) {
  const { t } = useLingui();
  const { ic, gross, net, turnover } = result.whole;
  const yearly = result.periods_per_year / result.horizon;
  return (
    <KpiStrip
      label={t`The whole`}
      items={[
        {
          key: 'ic',
          label: t`Rank IC`,
          value: formatSigned(ic.mean, 4),
          context: t`± ${formatNumber(ic.standard_error, 4)} standard error`,
          tone: toneOf(ic.mean),
        },
        {
          key: 'gross',
          label: t`Best fifth less worst`,
          value: formatSignedPercent(gross.value, 3),
          context: t`over ${formatInteger(result.horizon)} bars, before costs`,
        },
        {
          key: 'net',
          label: t`After costs`,
          value: formatSignedPercent(net.value, 3),
          context: t`± ${formatNumber(net.error === null ? null : net.error * 100, 3)} % at ${formatNumber(result.cost_bps, 1)} bps`,
          tone: toneOf(net.value),
        },
        {
          key: 'year',
          label: t`After costs, a year`,
          value: formatSignedPercent(net.value === null ? null : net.value * yearly, 1),
          context: t`not compounded`,
          help: t`One unit long and one short, chosen anew at every bar and held for the horizon, so that several portfolios run beside each other.`,
        },
        {
          key: 'turnover',
          label: t`Traded at each choice`,
          value: formatNumber(turnover, 2),
          context: t`of one unit long and one short`,
        },
      ]}
    />
  );
}

function Decay({ result }: ResultProps) {
  const { t } = useLingui();
  return (
    <Card title={t`Rank IC by horizon`} note={t`± standard error`}>
      <ErrorChart
        label={t`Rank IC by horizon`}
        ordinal
        level={0}
        xTitle={t`bars from the next open`}
        formatX={formatInteger}
        formatY={(value) => formatSigned(value, 3)}
        points={result.decay.map(({ bars, ic }) => ({
          key: String(bars),
          x: bars,
          y: ic.mean,
          error: ic.standard_error,
          note: t`${formatInteger(bars)} bars: ${formatSigned(ic.mean, 4)} ± ${formatNumber(ic.standard_error, 4)}`,
        }))}
      />
    </Card>
  );
}

function Quantiles({ result }: ResultProps) {
  const { t } = useLingui();
  return (
    <Card title={t`Return by score`} note={t`less the mean of all names, ± standard error`}>
      <BarList
        label={t`Return by score`}
        signed
        items={result.quantiles.map((one, index) => ({
          key: String(index),
          label:
            index === 0
              ? t`lowest fifth`
              : index === result.quantiles.length - 1
                ? t`highest fifth`
                : t`fifth ${index + 1}`,
          value: one.value ?? 0,
          error: one.error,
          text: formatSignedPercent(one.value, 3),
          note: `${formatSignedPercent(one.value, 3)} ± ${formatNumber(one.error === null ? null : one.error * 100, 3)}`,
        }))}
      />
    </Card>
  );
}
