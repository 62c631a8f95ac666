import { Trans, useLingui } from '@lingui/react/macro';
import { Facts } from '@/components/Card';
import { Code } from '@/components/CopyId';
import { formatInteger } from '@/lib/format';
import type { Backtest } from '@/lib/queries/backtests';
import { settingRows } from '@/lib/settingRows';

/** Enough to do the same simulation by hand. */
export function Conventions({ backtest }: { backtest: Backtest }) {
  const { t, i18n } = useLingui();
  const { settings, span, strategy } = backtest;
  return (
    <div className="grid gap-4 p-3 lg:grid-cols-[1.4fr_1fr]">
      <section aria-label={t`Conventions`}>
        <ul className="flex list-disc flex-col gap-1 pl-4 text-12 text-text-2">
          {backtest.conventions.map((line) => (
            <li key={line.key}>{line.text}</li>
          ))}
        </ul>
        <p className="mt-2 text-11 text-text-3">
          <Trans>The formulas and their sources are in the conventions of the documentation.</Trans>
        </p>
      </section>
      <section aria-label={t`Settings`} className="flex flex-col gap-2">
        <Facts
          rows={[
            ...settingRows(i18n, settings),
            [t`Bars`, formatInteger(span.bars)],
            [t`Periods a year`, formatInteger(span.periods_per_year)],
          ]}
        />
        <Code wrap>{JSON.stringify(strategy.spec, null, 1)}</Code>
      </section>
    </div>
  );
}
