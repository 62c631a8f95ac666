import { Trans, useLingui } from '@lingui/react/macro';
import { Facts } from '@/components/Card';
import { Code } from '@/components/CopyId';
import { formatInteger } from '@/lib/format';
import type { Backtest } from '@/lib/queries/backtests';

/** Enough to do the same simulation by hand. */
export function Conventions({ backtest }: { backtest: Backtest }) {
  const { t } = useLingui();
  const { settings, span, orders, strategy } = backtest;
  const filled = (orders.complete ?? 0) + (orders.scaled ?? 0);
  return (
    <div className="grid gap-4 p-3 lg:grid-cols-[1.4fr_1fr]">
      <section aria-label={t`Conventions`}>
        <ul className="flex list-disc flex-col gap-1 pl-4 text-12 text-text-2">
          {backtest.conventions.map((line) => (
            <li key={line.key}>{line.text}</li>
          ))}
        </ul>
      </section>
      <section aria-label={t`Settings`} className="flex flex-col gap-2">
        <Code wrap>{JSON.stringify(strategy.spec, null, 1)}</Code>
        <Facts
          rows={[
            [t`Initial cash`, formatInteger(settings.initial_cash)],
            [t`Bars`, formatInteger(span.bars)],
            [t`Periods a year`, formatInteger(span.periods_per_year)],
            [t`Orders filled`, formatInteger(filled)],
            [t`Orders not filled`, formatInteger((orders.no_price ?? 0) + (orders.no_cash ?? 0))],
          ]}
        />
        <p className="text-11 text-text-3">
          <Trans>The formulas and their sources are in the conventions of the documentation.</Trans>
        </p>
      </section>
    </div>
  );
}
