import { useLingui } from '@lingui/react/macro';
import { useMemo } from 'react';
import type { Column } from '@/components/DataTable';
import { cx } from '@/lib/classes';
import { formatNumber, formatPercent, formatSigned, NONE, toneOf } from '@/lib/format';
import type { FeatureStatistics } from '@/lib/queries/features';

/** A rank IC with its standard error; dim when it is within two errors of zero. */
export function RankIC({
  value,
  error,
}: {
  value: number | null | undefined;
  error: number | null | undefined;
}) {
  if (value === null || value === undefined) return NONE;
  const clear = Boolean(value && error && Math.abs(value) > 2 * error);
  return (
    <span className="tabular">
      <span className={clear ? toneOf(value) : undefined}>{formatSigned(value, 3)}</span>
      <span className="text-text-3"> ± {formatNumber(error, 3)}</span>
    </span>
  );
}

/** How much the values changed lately, in a word; the bounds are Siddiqi's. */
export function DriftSize({ psi }: { psi: number | null | undefined }) {
  const { t } = useLingui();
  if (psi === null || psi === undefined) return NONE;
  if (psi < 0.1) return t`little, the last year`;
  return (
    <span className="text-warn">
      {psi <= 0.25 ? t`some, the last year` : t`much, the last year`}
    </span>
  );
}

type Described = { lookback: number; statistics: FeatureStatistics | null };

/** The columns that say how a feature behaves, with the same words everywhere. */
export function useStatisticColumns<Row>(of: (row: Row) => Described): Column<Row>[] {
  const { t } = useLingui();
  // biome-ignore lint/correctness/useExhaustiveDependencies: callers give a fixed function
  return useMemo(
    () => [
      {
        key: 'coverage',
        header: t`Coverage`,
        width: 84,
        numeric: true,
        value: (row) => of(row).statistics?.coverage,
        cell: (row) => formatPercent(of(row).statistics?.coverage, 1),
      },
      {
        key: 'rank_ic',
        header: t`Rank IC ± se`,
        width: 136,
        numeric: true,
        value: (row) => of(row).statistics?.rank_ic,
        cell: (row) => {
          const { statistics } = of(row);
          return statistics ? (
            <RankIC value={statistics.rank_ic} error={statistics.rank_ic_se} />
          ) : (
            NONE
          );
        },
      },
      {
        key: 'turnover',
        header: t`Turnover`,
        width: 84,
        numeric: true,
        value: (row) => of(row).statistics?.turnover,
        cell: (row) => formatPercent(of(row).statistics?.turnover, 1),
      },
      {
        key: 'autocorrelation',
        header: t`Persistence`,
        width: 92,
        numeric: true,
        value: (row) => of(row).statistics?.autocorrelation,
        cell: (row) => formatNumber(of(row).statistics?.autocorrelation),
      },
      {
        key: 'psi',
        header: t`Drift`,
        width: 76,
        numeric: true,
        value: (row) => of(row).statistics?.psi,
        cell: (row) => {
          const psi = of(row).statistics?.psi;
          return <span className={cx((psi ?? 0) > 0.25 && 'text-warn')}>{formatNumber(psi)}</span>;
        },
      },
      {
        key: 'lookback',
        header: t`Look-back`,
        width: 92,
        numeric: true,
        value: (row) => of(row).lookback,
        cell: (row) => <span className="text-text-2">{of(row).lookback}</span>,
      },
    ],
    [t],
  );
}

export function Expression({ text, dim }: { text: string; dim?: boolean }) {
  return (
    <code title={text} className={cx('font-mono text-11', dim ? 'text-text-3' : 'text-text-2')}>
      {text}
    </code>
  );
}
