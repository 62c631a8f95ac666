import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { BarList, Histogram } from '@/charts/Bars';
import { type ChartLine, LineChart } from '@/charts/LineChart';
import { Card } from '@/components/Card';
import { Skeleton } from '@/components/Skeleton';
import { EmptyState, ErrorCard } from '@/components/States';
import {
  formatAgo,
  formatInteger,
  formatNumber,
  formatPercent,
  formatSigned,
  NONE,
} from '@/lib/format';
import { type FeatureReport, featureReportQuery } from '@/lib/queries/features';
import { RankIC } from './statistics';

const three = (value: number): string => formatNumber(value, 3);

/** What a feature is worth: over time, over horizons, by year, and how its values lie. */
export function StatisticsView({ featureId }: { featureId: string }) {
  const { t } = useLingui();
  const report = useQuery(featureReportQuery(featureId));
  if (report.error) {
    return (
      <ErrorCard
        error={report.error}
        what={t`The statistics`}
        onRetry={() => void report.refetch()}
      />
    );
  }
  const { data } = report;
  if (!data) return <Skeleton className="h-96" />;
  if (!data.run) {
    return (
      <Card>
        <EmptyState title={<Trans>Not measured yet.</Trans>}>
          <Trans>
            Compute a feature set that holds it; the statistics of each are measured then.
          </Trans>
        </EmptyState>
      </Card>
    );
  }
  return (
    <>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-3">
        <Card title={t`Rank IC by month`} flush className="lg:col-span-2">
          <Months report={data} />
        </Card>
        <Card title={t`Decay`} note={t`rank IC by bars held, ± 2 se`}>
          <Decay report={data} />
        </Card>
        <Card title={t`Distribution`} note={t`of the known values`}>
          <Shape report={data} />
        </Card>
        <Card title={t`By year`}>
          <Years report={data} />
        </Card>
        <Card title={t`Most alike`} note={t`rank correlation inside its set`}>
          <Neighbours report={data} />
        </Card>
      </div>
      <Measured report={data} />
    </>
  );
}

/** The months, and the mean of the twelve up to each. */
function Months({ report }: { report: FeatureReport }) {
  const { t } = useLingui();
  const lines = useMemo<ChartLine[]>(() => {
    const ts = report.months.map(({ month }) => `${month}-01T00:00:00Z`);
    const value = report.months.map((month) => month.rank_ic);
    const mean = value.map((_, n) => {
      const known = value.slice(Math.max(0, n - 11), n + 1).filter((one) => one !== null);
      return n < 11 || known.length < 6
        ? null
        : known.reduce((sum, one) => sum + one, 0) / known.length;
    });
    return [
      { key: 'month', label: t`month`, colour: '--chart-benchmark', width: 1, ts, value },
      { key: 'year', label: t`mean of twelve`, colour: '--chart-line', ts, value: mean },
    ];
  }, [report.months, t]);
  return <LineChart label={t`Rank IC by month`} lines={lines} height={188} format={three} />;
}

function Decay({ report }: { report: FeatureReport }) {
  const { t } = useLingui();
  return (
    <BarList
      signed
      label={t`Rank IC by horizon`}
      items={report.decay.map((one) => ({
        key: String(one.horizon),
        label: t`${one.horizon} bars`,
        value: one.rank_ic ?? 0,
        error: one.rank_ic_se === null ? null : 2 * one.rank_ic_se,
        text: formatSigned(one.rank_ic, 3),
        note: t`± ${formatNumber(one.rank_ic_se, 3)}, over ${formatInteger(one.bars)} bars`,
      }))}
    />
  );
}

function Shape({ report }: { report: FeatureReport }) {
  const { t } = useLingui();
  const { shape } = report;
  const brief = (value: number): string =>
    Math.abs(value) >= 1000 || (value !== 0 && Math.abs(value) < 0.001)
      ? value.toExponential(1)
      : formatNumber(value, 3);
  const facts: [string, string][] = [
    [t`mean`, shape.mean == null ? NONE : brief(shape.mean)],
    [t`deviation`, shape.deviation == null ? NONE : brief(shape.deviation)],
    [t`median`, shape.quantiles?.['50'] == null ? NONE : brief(shape.quantiles['50'])],
    [t`skew`, formatNumber(shape.skew)],
    [t`kurtosis`, formatNumber(shape.kurtosis)],
    [t`zeros`, formatPercent(shape.zeros, 1)],
    [t`outliers`, formatPercent(shape.outliers, 1)],
  ];
  return (
    <div className="flex flex-col gap-2">
      <Histogram
        label={t`Distribution of values`}
        bins={(report.histogram ?? []).map(({ low, high, count }) => ({ low, high, count }))}
        format={brief}
        height={84}
      />
      <dl className="flex flex-wrap gap-x-4 gap-y-0.5 text-11 tabular">
        {facts.map(([name, value]) => (
          <div key={name} className="flex gap-1.5">
            <dt className="text-text-3">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Years({ report }: { report: FeatureReport }) {
  const { t } = useLingui();
  const head = [t`Year`, t`Rank IC ± se`, t`Coverage`, t`Turnover`];
  return (
    <div className="max-h-48 overflow-y-auto">
      <table className="w-full text-12 tabular">
        <thead className="sticky top-0 bg-surface">
          <tr className="text-11 text-text-3">
            {head.map((name, n) => (
              <th
                key={name}
                scope="col"
                className={n ? 'pb-1 text-right font-medium' : 'pb-1 text-left font-medium'}
              >
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(report.years ?? []).map((year) => (
            <tr key={year.year} className="border-line-soft border-t">
              <th scope="row" className="py-0.5 text-left font-normal text-text-2">
                {year.year}
              </th>
              <td className="py-0.5 text-right">
                <RankIC value={year.rank_ic} error={year.rank_ic_se} />
              </td>
              <td className="py-0.5 text-right">{formatPercent(year.coverage, 1)}</td>
              <td className="py-0.5 text-right">{formatPercent(year.turnover, 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Neighbours({ report }: { report: FeatureReport }) {
  const { t } = useLingui();
  const found = report.neighbours ?? [];
  if (found.length === 0)
    return <p className="text-12 text-text-3">{t`It is alone in its set.`}</p>;
  return (
    <BarList
      signed
      label={t`Correlations with other features`}
      items={found.map((one) => ({
        key: one.feature_id,
        label: (
          <Link
            to="/features/$featureId"
            params={{ featureId: one.feature_id }}
            className="hover:underline"
          >
            {one.name}
          </Link>
        ),
        value: one.correlation,
        text: formatSigned(one.correlation, 2),
      }))}
    />
  );
}

function Measured({ report: { run } }: { report: FeatureReport }) {
  const { t } = useLingui();
  if (!run) return null;
  const on = [run.universe, run.bars].filter(Boolean).join(' · ');
  return (
    <p className="text-12 text-text-3 tabular">
      <Trans>
        Measured {formatAgo(run.finished_at)} against the return over {run.horizon} bars
      </Trans>
      {on && ` · ${on}`}
      {' · '}
      <Link to="/jobs/$jobId" params={{ jobId: run.job_id }} className="text-accent-text underline">
        {t`the run`}
      </Link>
    </p>
  );
}
