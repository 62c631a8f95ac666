import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { EmptyState } from '@/components/States';
import { EXIT_REASONS, PART_KEYS } from '@/lib/backtestWords';
import {
  formatInteger,
  formatInterval,
  formatNumber,
  formatPercent,
  formatSigned,
  formatSignedPercent,
  toneOf,
} from '@/lib/format';
import type { Analysis } from '@/lib/queries/backtests';
import { word } from '@/lib/words';
import { Columns } from './Columns';
import { UNIVERSE } from './parts';

/** The account on its benchmarks: what is left is alpha. */
export function Factors({ factors }: { factors: Analysis['factors'] | null }) {
  const { t } = useLingui();
  if (!factors) {
    return (
      <EmptyState title={<Trans>Nothing to regress on</Trans>}>
        <Trans>The universe does not vary over these bars.</Trans>
      </EmptyState>
    );
  }
  const explained = formatPercent(factors.r_squared, 0);
  const line = (name: ReactNode, text: string, interval: string, ratio: number | null) => [
    name,
    text,
    <span key="interval" className="text-text-3">
      {interval}
    </span>,
    formatNumber(ratio, 1),
  ];
  const percent = (value: number | null | undefined) => (value ?? 0) * 100;
  return (
    <>
      <Columns
        label={t`What explains it`}
        heads={[t`Factor`, t`Slope`, t`95%`, 't']}
        rows={[
          {
            key: 'alpha',
            cells: line(
              t`Alpha, % a year`,
              formatSigned(percent(factors.alpha.value), 1),
              formatInterval(percent(factors.alpha.low), percent(factors.alpha.high), 1),
              factors.alpha_t ?? null,
            ),
          },
          ...factors.loadings.map((one) => ({
            key: one.name,
            cells: line(
              one.name === UNIVERSE ? t`Universe, equal weight` : one.name,
              formatNumber(one.beta.value),
              formatInterval(one.beta.low, one.beta.high),
              one.t ?? null,
            ),
          })),
        ]}
      />
      <p className="mt-2 text-11 text-text-3">
        <Trans>Explains {explained} of the variance; Newey–West errors.</Trans>
      </p>
    </>
  );
}

/** Closed trades by why they ended, and by side when there are both. */
export function Ends({ trips }: { trips: Analysis['trades'] }) {
  const { t, i18n } = useLingui();
  const rows = [...trips.by_reason, ...(trips.by_side.length > 1 ? trips.by_side : [])];
  if (rows.length === 0) {
    return (
      <EmptyState title={<Trans>No trade has ended</Trans>}>
        <Trans>Trades that are still open have no reason yet.</Trans>
      </EmptyState>
    );
  }
  return (
    <Columns
      label={t`How trades ended`}
      heads={[t`Because`, t`Trades`, t`Won`, t`Mean`, t`P&L`]}
      rows={rows.map((row) => ({
        key: row.key,
        cells: [
          row.key in EXIT_REASONS
            ? word(i18n, EXIT_REASONS, row.key)
            : word(i18n, PART_KEYS, row.key),
          formatInteger(row.trades),
          formatPercent(row.win_rate, 0),
          <Signed key="mean" value={row.mean_return} />,
          <span key="pnl" className={toneOf(row.pnl)}>
            {formatSigned(row.pnl, 0)}
          </span>,
        ],
      }))}
    />
  );
}

export function Signed({ value }: { value: number | null | undefined }) {
  return <span className={toneOf(value)}>{formatSignedPercent(value)}</span>;
}
