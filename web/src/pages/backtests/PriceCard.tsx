import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { usePrefetchQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { type Curve, PriceChart } from '@/charts/PriceChart';
import { Card } from '@/components/Card';
import { Combobox } from '@/components/Combobox';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import {
  type Backtest,
  backtestSeriesQuery,
  instrumentTradesQuery,
  type Series,
  tradedQuery,
} from '@/lib/queries/backtests';
import { barsQuery } from '@/lib/queries/datasets';
import { indexed, markersOf, UNIVERSE, within } from './parts';

const route = getRouteApi('/shell/backtests/$backtestId');

/** Prices of one instrument with its trades, the account against both benchmarks, its falls. */
export function PriceCard({ backtest }: { backtest: Backtest }) {
  const { t } = useLingui();
  const series = useQuery(backtestSeriesQuery(backtest.id));
  // Asked beside the curves, not after them.
  usePrefetchQuery(tradedQuery(backtest.id));
  if (series.error) {
    return (
      <ErrorCard
        error={series.error}
        what={t`The curves`}
        unaffected={t`The figures and trades are complete.`}
        onRetry={() => void series.refetch()}
      />
    );
  }
  return (
    <Card
      flush
      aria-label={t`Prices and equity`}
      className="h-[420px] lg:h-auto lg:min-h-0 lg:flex-[1.65]"
    >
      {series.data ? (
        <Charted backtest={backtest} series={series.data} />
      ) : (
        <Skeleton className="h-full" />
      )}
    </Card>
  );
}

function Charted({ backtest, series }: { backtest: Backtest; series: Series }) {
  const { t } = useLingui();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const traded = useQuery(tradedQuery(backtest.id));
  const chosen = search.instrument ?? traded.data?.[0]?.instrument;
  const { bars, markers, failed } = useInstrument(backtest, chosen);
  const curves = useCurves(backtest, series);
  const range =
    search.from !== undefined && search.to !== undefined
      ? { from: search.from, to: search.to }
      : null;
  return (
    <PriceChart
      toolbar={
        <>
          <Combobox
            label={t`Instrument on the chart`}
            value={chosen ?? null}
            options={(traded.data ?? []).map((row) => ({
              value: row.instrument,
              label: row.instrument,
              note: t`${plural(row.trades, { one: '# trade', other: '# trades' })}`,
            }))}
            onChange={(instrument) =>
              void navigate({
                search: (before) => ({ ...before, instrument, trade: undefined }),
                replace: true,
              })
            }
            className="w-36 [&_input]:h-7 [&_input]:text-12"
          />
          {failed && (
            <span role="alert" className="text-12 text-loss">
              <Trans>Its prices could not be loaded.</Trans>
            </span>
          )}
        </>
      }
      label={t`Prices of ${chosen ?? ''} with trades, equity against benchmarks, drawdown`}
      name={chosen ?? ''}
      interval={backtest.span.frequency === 'day' ? '1d' : backtest.span.frequency}
      {...(failed || traded.data?.length === 0 ? {} : { bars })}
      markers={markers}
      curves={curves}
      drawdown
      range={range}
      onRange={({ from, to }) =>
        void navigate({
          search: (before) => ({ ...before, from: Math.round(from), to: Math.round(to) }),
          replace: true,
        })
      }
      onMarker={(id) =>
        void navigate({
          search: (before) => ({ ...before, trade: id.split(':')[0] }),
          replace: true,
        })
      }
    />
  );
}

function useInstrument(backtest: Backtest, instrument: string | undefined) {
  const source = backtest.made_from.data.find((item) => item.role === 'bars');
  const ready = Boolean(source && instrument);
  const bars = useQuery({
    ...barsQuery(source?.dataset_id ?? '', instrument ?? '', source?.version_id),
    enabled: ready,
  });
  const trades = useQuery({
    ...instrumentTradesQuery(backtest.id, instrument ?? ''),
    enabled: ready,
  });
  const span = backtest.span;
  return {
    failed: bars.isError,
    bars: useMemo(() => (bars.data ? within(bars.data, span) : null), [bars.data, span]),
    markers: useMemo(() => markersOf(trades.data ?? []), [trades.data]),
  };
}

function useCurves(backtest: Backtest, series: Series): Curve[] {
  const { t } = useLingui();
  return useMemo(() => {
    const own: Curve = {
      key: 'equity',
      label: t`Equity, from 100`,
      kind: 'strategy',
      ...indexed(series.ts, series.growth, 1),
    };
    const others = backtest.benchmarks.map(
      (benchmark, index): Curve => ({
        key: benchmark.key,
        label: benchmark.key === UNIVERSE ? t`Universe, equal weight` : benchmark.name,
        kind: index === 0 ? 'benchmark' : 'benchmark-2',
        ...indexed(series.ts, series.benchmarks[benchmark.key] ?? [], 1),
      }),
    );
    return [own, ...others];
  }, [backtest, series, t]);
}
