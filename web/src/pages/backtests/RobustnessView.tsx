import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { Histogram } from '@/charts/Bars';
import { histogram } from '@/charts/data';
import { FanChart } from '@/charts/FanChart';
import { Facts } from '@/components/Card';
import { VARIANTS } from '@/lib/backtestWords';
import {
  formatCompact,
  formatInteger,
  formatIsoDate,
  formatNumber,
  formatPercent,
  formatSignedPercent,
  toneOf,
} from '@/lib/format';
import {
  type Backtest,
  backtestAnalysisQuery,
  backtestRobustnessQuery,
  type Robustness,
} from '@/lib/queries/backtests';
import { word } from '@/lib/words';
import { CapacityFacts } from './CapacityFacts';
import { Columns, Unseen } from './Columns';
import { NoiseCard } from './NoiseCard';
import { QueryCard } from './QueryCard';

/** What else could have happened: other orders of the same days, chance, worse terms, more money. */
export function RobustnessView({ backtest }: { backtest: Backtest }) {
  const { t } = useLingui();
  const robustness = useQuery(backtestRobustnessQuery(backtest.id));
  const analysis = useQuery(backtestAnalysisQuery(backtest.id));
  const paths = formatInteger(robustness.data?.fan.paths);
  const what = t`What else could have happened`;
  return (
    <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] content-start gap-3 lg:grid-cols-[minmax(0,1fr)_412px] lg:overflow-y-auto">
      <div className="flex min-w-0 flex-col gap-3">
        <QueryCard
          query={robustness}
          what={what}
          title={t`Its own days in other orders`}
          note={robustness.data ? t`${paths} paths` : undefined}
        >
          {(data) => <Paths data={data} />}
        </QueryCard>
        <div className="grid gap-3 lg:grid-cols-2">
          <QueryCard query={robustness} what={what} title={t`Against chance`}>
            {(data) => <Chance tested={data.random_entry} />}
          </QueryCard>
          <NoiseCard id={backtest.id} />
        </div>
      </div>
      <div className="flex min-w-0 flex-col gap-3">
        <QueryCard query={robustness} what={what} title={t`Under other terms`}>
          {(data) => <Terms data={data} />}
        </QueryCard>
        <QueryCard query={robustness} what={what} title={t`How much was luck`}>
          {(data) => <Luck data={data} />}
        </QueryCard>
        <QueryCard query={analysis} what={t`The capacity`} title={t`Capacity`}>
          {(data) => <CapacityFacts capacity={data.capacity} />}
        </QueryCard>
      </div>
    </div>
  );
}

const LEVELS = [5, 25, 50, 75, 95];

function Paths({ data }: { data: Robustness }) {
  const { t } = useLingui();
  const { fan } = data;
  const chart = useMemo(() => {
    const from = Date.parse(fan.ts[0] ?? '');
    const to = Date.parse(fan.ts.at(-1) ?? '');
    return {
      at: fan.ts.map((ts) => (Date.parse(ts) - from) / (to - from || 1)),
      quantiles: fan.curves.map((values, i) => ({ level: LEVELS[i] ?? i, values })),
      own: fan.actual,
    };
  }, [fan]);
  const worth = formatCompact(fan.final.percentiles[0]);
  const high = formatCompact(fan.final.percentiles.at(-1));
  return (
    <div className="flex flex-col gap-2">
      <FanChart
        label={t`Worth over resampled paths, with what happened`}
        fan={chart}
        format={formatCompact}
        from={formatIsoDate(fan.ts[0] ?? '')}
        to={formatIsoDate(fan.ts.at(-1) ?? '')}
      />
      <p className="text-12 text-text-2">
        <Trans>
          Nine of ten paths end between {worth} and {high}; {formatPercent(fan.loss, 0)} lose money,{' '}
          {formatPercent(fan.ruin, 0)} halve from a peak at some time. Days are drawn in blocks of{' '}
          {fan.block}; the thick line is what happened.
        </Trans>
      </p>
    </div>
  );
}

export function Chance({ tested }: { tested: Robustness['random_entry'] }) {
  const { t } = useLingui();
  const bins = useMemo(() => histogram(tested.values, 28), [tested.values]);
  const draws = formatInteger(tested.draws);
  const beaten = formatPercent(tested.beaten, 0);
  const own = formatNumber(tested.actual);
  return (
    <div className="flex flex-col gap-2">
      <Histogram
        label={t`Sharpe of random strategies, with its own place`}
        bins={bins}
        format={formatNumber}
        mark={tested.actual ?? null}
      />
      <p className="text-12 text-text-2">
        {tested.kind === 'selection' ? (
          <Trans>
            Its Sharpe of {own} is above {beaten} of {draws} accounts that hold as many names as
            long, but other ones (p {formatNumber(tested.p_value, 3)}).
          </Trans>
        ) : (
          <Trans>
            Its Sharpe of {own} is above {beaten} of {draws} accounts that trade as often, but at
            other times (p {formatNumber(tested.p_value, 3)}).
          </Trans>
        )}
      </p>
    </div>
  );
}

function Terms({ data }: { data: Robustness }) {
  const { t, i18n } = useLingui();
  return (
    <Columns
      label={t`Under other terms`}
      heads={[<Unseen key="terms" text={t`Terms`} />, t`CAGR`, t`Sharpe`, t`Max drawdown`]}
      rows={data.variants.map((one) => ({
        key: one.key,
        cells: [
          word(i18n, VARIANTS, one.key),
          <span key="cagr" className={toneOf(one.cagr)}>
            {formatSignedPercent(one.cagr)}
          </span>,
          formatNumber(one.sharpe),
          formatSignedPercent(one.max_drawdown === null ? null : -(one.max_drawdown ?? 0)),
        ],
      }))}
    />
  );
}

function Luck({ data }: { data: Robustness }) {
  const { t } = useLingui();
  const { fan, shuffle } = data;
  const fall = (value: number | null | undefined): string =>
    formatSignedPercent(value === null || value === undefined ? null : -value, 1);
  const [, , middle, , bad] = fan.drawdown.percentiles;
  return (
    <Facts
      rows={[
        [t`Deepest fall`, fall(fan.drawdown.actual)],
        [t`of the middle path`, fall(middle)],
        [t`of one path in twenty, at least`, fall(bad)],
        ...(shuffle
          ? ([
              [t`counted at trades' ends`, fall(shuffle.drawdown.actual)],
              [t`the same, trades shuffled`, fall(shuffle.drawdown.percentiles[2])],
            ] as [string, string][])
          : []),
        [t`CAGR of one path in twenty, at most`, formatSignedPercent(fan.cagr.percentiles[0])],
      ]}
    />
  );
}
