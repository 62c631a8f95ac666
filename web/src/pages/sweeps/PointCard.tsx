import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type ChartLine, LineChart } from '@/charts/LineChart';
import { Card } from '@/components/Card';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { formatInteger } from '@/lib/format';
import { pointQuery, pointSeriesQuery } from '@/lib/queries/sweeps';
import { MEASURES } from '@/lib/sweepWords';
import { type Chosen, said } from './choice';

const SHOWN = ['sharpe', 'cagr', 'max_drawdown', 'calmar', 'exposure', 'trades'];

/** The chosen combination: its figures and its equity, beside holding. */
export function PointCard({ sweep, point }: Chosen) {
  const { t, i18n } = useLingui();
  const found = useQuery(pointQuery(sweep.id, point));
  const chosen = point === sweep.best.n ? sweep.best : found.data;
  return (
    <Card
      title={chosen ? said(chosen.values) : t`Combination`}
      note={
        point === sweep.best.n
          ? t`best by Sharpe`
          : t`no. ${point} of ${formatInteger(sweep.points)}`
      }
      className="shrink-0"
    >
      <div className="flex flex-col gap-2">
        {found.error ? (
          <ErrorCard
            error={found.error}
            what={t`This combination`}
            onRetry={() => void found.refetch()}
          />
        ) : (
          <dl className="grid grid-cols-2 gap-x-5 text-12 tabular">
            {MEASURES.filter((one) => SHOWN.includes(one.key)).map((one) => (
              <div
                key={one.key}
                className="flex min-h-7 items-baseline justify-between gap-2 border-line-soft border-b py-1"
              >
                <dt className="shrink-0 text-text-3">{i18n._(one.label)}</dt>
                <dd className="min-w-0 text-right whitespace-nowrap">
                  <span className="font-medium">{one.format(chosen?.statistics[one.key])}</span>{' '}
                  <span className="text-11 text-text-3">
                    / {one.format(sweep.holding[one.key])}
                  </span>
                </dd>
              </div>
            ))}
          </dl>
        )}
        <Equity sweep={sweep} point={point} />
      </div>
    </Card>
  );
}

const money = (value: number): string => formatInteger(value);

function Equity({ sweep, point }: Pick<Chosen, 'sweep' | 'point'>) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery(pointSeriesQuery(sweep.id, point));
  const lines = useMemo(
    (): ChartLine[] =>
      data
        ? [
            {
              key: 'holding',
              label: t`Holding`,
              colour: '--chart-benchmark',
              width: 1,
              ts: data.ts,
              value: data.holding,
            },
            {
              key: 'equity',
              label: t`Equity`,
              colour: '--chart-line',
              ts: data.ts,
              value: data.equity,
            },
          ]
        : [],
    [data, t],
  );
  if (error) {
    return <ErrorCard error={error} what={t`Its equity`} onRetry={() => void refetch()} />;
  }
  if (!data) return <Skeleton className="h-44 rounded-md" />;
  return (
    <div className="-mx-3">
      <LineChart label={t`Equity beside holding`} lines={lines} height={140} format={money} />
    </div>
  );
}
