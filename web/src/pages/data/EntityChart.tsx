import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { LineChart } from '@/charts/LineChart';
import { PriceChart } from '@/charts/PriceChart';
import { Card } from '@/components/Card';
import { Combobox } from '@/components/Combobox';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { formatInteger, formatPrice } from '@/lib/format';
import { barsQuery, coverageQuery, type Dataset, seriesQuery } from '@/lib/queries/datasets';

const route = getRouteApi('/shell/data/$datasetId');

/** Candles of the chosen instrument, or the line of a chosen series. Other kinds have no chart. */
export function EntityChart({ dataset }: { dataset: Dataset }) {
  const { t } = useLingui();
  const { instrument } = route.useSearch();
  const navigate = route.useNavigate();
  const coverage = useQuery(coverageQuery(dataset.id));
  const entities = coverage.data?.items ?? [];
  const chosen = instrument ?? entities[0]?.entity;
  if (dataset.kind !== 'bars' && dataset.kind !== 'series') return null;
  const row = entities.find((item) => item.entity === chosen);
  return (
    <Card
      title={dataset.kind === 'bars' ? t`Prices` : t`Values`}
      note={row && t`${formatInteger(row.rows)} rows`}
      actions={
        <Combobox
          label={t`Instrument or series`}
          value={chosen ?? null}
          options={entities.map((item) => ({ value: item.entity, label: item.entity }))}
          onChange={(next) =>
            void navigate({ search: (before) => ({ ...before, instrument: next }), replace: true })
          }
          className="w-48"
        />
      }
      flush
      className="h-90 lg:h-auto lg:min-h-0 lg:flex-[1.25]"
    >
      {chosen ? (
        dataset.kind === 'bars' ? (
          <Bars dataset={dataset} instrument={chosen} />
        ) : (
          <Series dataset={dataset} series={chosen} />
        )
      ) : (
        <Skeleton className="m-3 h-48" />
      )}
    </Card>
  );
}

function Bars({ dataset, instrument }: { dataset: Dataset; instrument: string }) {
  const { t } = useLingui();
  const { from, to } = route.useSearch();
  const navigate = route.useNavigate();
  const bars = useQuery(barsQuery(dataset.id, instrument));
  const range = useMemo(
    () => (from !== undefined && to !== undefined ? { from, to } : null),
    [from, to],
  );
  if (bars.error) {
    return <ErrorCard error={bars.error} what={instrument} onRetry={() => void bars.refetch()} />;
  }
  if (!bars.data) return <Skeleton className="m-3 h-48" />;
  return (
    <>
      <PriceChart
        label={t`Prices of ${instrument}`}
        name={instrument}
        interval={dataset.frequency === 'day' ? '1d' : (dataset.frequency ?? '')}
        bars={bars.data}
        range={range}
        onRange={(next) =>
          void navigate({
            search: (before) => ({
              ...before,
              from: Math.round(next.from),
              to: Math.round(next.to),
            }),
            replace: true,
          })
        }
      />
      {bars.data.bucket > 1 && (
        <p className="px-3 pb-1 text-11 text-text-3">
          <Trans>Each candle sums up {bars.data.bucket} bars.</Trans>
        </p>
      )}
    </>
  );
}

function Series({ dataset, series }: { dataset: Dataset; series: string }) {
  const { t } = useLingui();
  const values = useQuery(seriesQuery(dataset.id, series));
  const lines = useMemo(
    () =>
      values.data
        ? [
            {
              key: series,
              label: series,
              colour: '--chart-line',
              ts: values.data.ts,
              value: values.data.value,
            },
          ]
        : [],
    [values.data, series],
  );
  if (values.error) {
    return <ErrorCard error={values.error} what={series} onRetry={() => void values.refetch()} />;
  }
  return <LineChart label={t`Values of ${series}`} lines={lines} format={formatPrice} />;
}
