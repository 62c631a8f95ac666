import type { I18n } from '@lingui/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { CircleDashed, ShieldAlert, ShieldCheck, ShieldX } from 'lucide-react';
import type { ReactNode } from 'react';
import { Card } from '@/components/Card';
import { VerdictBadge } from '@/components/VerdictBadge';
import { REASONS, TRUST } from '@/lib/backtestWords';
import {
  formatCompact,
  formatInteger,
  formatInterval,
  formatNumber,
  formatPercent,
} from '@/lib/format';
import type { Backtest } from '@/lib/queries/backtests';
import { word } from '@/lib/words';

type Row = Backtest['trust'][number];

/** Skill or luck, in words, and the evidence a row each. */
export function TrustCard({ backtest }: { backtest: Backtest }) {
  const { t, i18n } = useLingui();
  return (
    <Card
      title={t`Can I trust it?`}
      actions={<VerdictBadge verdict={backtest.verdict.key} />}
      className="shrink-0"
    >
      <VerdictSentence backtest={backtest} />
      <ul className="mt-1.5 text-12">
        {backtest.trust.map((row) => (
          <li
            key={row.key}
            className="flex min-h-6.5 items-center gap-2 border-line-soft border-b last:border-0"
          >
            <Sign status={row.status} />
            <span className="min-w-0 flex-1 truncate">{word(i18n, TRUST, row.key)}</span>
            <Evidence row={row} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function VerdictSentence({ backtest }: { backtest: Backtest }) {
  const { i18n } = useLingui();
  const { verdict, costs, metrics } = backtest;
  const eaten = (costs.cagr_without_costs ?? 0) > 0 && (metrics.cagr?.value ?? 0) < 0;
  const params = verdict.params as { probability?: number; trials?: number; against?: string };
  const trials = params.trials ?? 0;
  const sure = formatPercent(params.probability, 0);
  const reasons = reasonsOf(i18n, verdict.params);
  return (
    <p className="text-12 text-text-2">
      {params.against === 'universe' ? (
        <Trans>
          <b className="font-semibold text-text">{sure}</b> not luck against its universe,{' '}
          <Plural value={trials} one="# trial" other="# trials" />.
        </Trans>
      ) : (
        <Trans>
          <b className="font-semibold text-text">{sure}</b> not luck,{' '}
          <Plural value={trials} one="# trial" other="# trials" />.
        </Trans>
      )}{' '}
      {verdict.key === 'loses' ? (
        eaten ? (
          <Trans>Costs turn it negative.</Trans>
        ) : params.against === 'universe' ? (
          <Trans>It earns less than its universe held equally.</Trans>
        ) : (
          <Trans>It earns less than nothing.</Trans>
        )
      ) : (
        reasons && <Trans>Not proven because {reasons}.</Trans>
      )}
    </p>
  );
}

function reasonsOf(i18n: I18n, params: Record<string, unknown>): string {
  const keys = Array.isArray(params.reasons) ? params.reasons.map(String) : [];
  return keys.map((key) => word(i18n, REASONS, key)).join('; ');
}

function Sign({ status }: { status: Row['status'] }) {
  const { t } = useLingui();
  const size = 'size-3.5 shrink-0';
  switch (status) {
    case 'good':
      return <ShieldCheck className={`${size} text-gain`} role="img" aria-label={t`Good`} />;
    case 'warn':
      return <ShieldAlert className={`${size} text-warn`} role="img" aria-label={t`Doubtful`} />;
    case 'bad':
      return <ShieldX className={`${size} text-loss`} role="img" aria-label={t`Bad`} />;
    default:
      return (
        <CircleDashed className={`${size} text-text-3`} role="img" aria-label={t`Not known`} />
      );
  }
}

function Evidence({ row }: { row: Row }) {
  const number = (name: string): number | null => {
    const value = row.params?.[name];
    return typeof value === 'number' ? value : null;
  };
  const value = formatNumber(row.value);
  const years = formatNumber(row.value, 1);
  switch (row.key) {
    case 'deflated_sharpe':
      return (
        <Pair
          value={value}
          note={<Plural value={number('trials') ?? 0} one="after # trial" other="after # trials" />}
        />
      );
    case 'beats_universe':
      return (
        <Pair
          value={value}
          note={<Trans>IR, {formatInterval(number('low'), number('high'))}</Trans>}
        />
      );
    case 'costs_doubled':
    case 'delayed':
      return <Pair value={value} note={<Trans>Sharpe, was {formatNumber(number('was'))}</Trans>} />;
    case 'random_entry':
      return (
        <Pair
          value={formatPercent(row.value, 0)}
          note={<Trans>of {formatInteger(number('draws'))} at random</Trans>}
        />
      );
    case 'capacity':
      return (
        <Pair
          value={formatCompact(row.value)}
          note={<Trans>now {formatCompact(number('base'))}</Trans>}
        />
      );
    case 'look_ahead':
      return (
        <Pair
          value={row.status === 'good' ? <Trans>clean</Trans> : <Trans>differs</Trans>}
          note={<Plural value={row.value ?? 0} one="cut at # place" other="cut at # places" />}
        />
      );
    case 'track_record':
      return (
        <Pair
          value={<Trans>{years} years</Trans>}
          note={<Trans>needs {formatNumber(number('needed_years'), 1)}</Trans>}
        />
      );
    default:
      return <Pair value={formatInteger(row.value)} note={<Trans>bars never seen</Trans>} />;
  }
}

function Pair({ value, note }: { value: ReactNode; note: ReactNode }) {
  return (
    <>
      <span className="shrink-0 font-semibold tabular">{value}</span>
      <span className="w-28 shrink-0 truncate text-text-3 tabular">{note}</span>
    </>
  );
}
