import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';

/** A link that looks like a tab. */
export const TAB =
  '-mb-px flex h-9 shrink-0 items-center border-transparent border-b-2 px-3 text-13 text-text-2 transition-colors hover:text-text data-[status=active]:border-accent data-[status=active]:font-medium data-[status=active]:text-text';

/** The two lists under Backtests: single simulations, and sweeps of many. */
export function BacktestTabs() {
  const { t } = useLingui();
  return (
    <nav aria-label={t`Kinds of backtest`} className="flex gap-1 border-line border-b">
      <Link to="/backtests" activeOptions={{ exact: true, includeSearch: false }} className={TAB}>
        <Trans>Backtests</Trans>
      </Link>
      <Link
        to="/backtests/sweeps"
        activeOptions={{ exact: true, includeSearch: false }}
        className={TAB}
      >
        <Trans>Sweeps</Trans>
      </Link>
    </nav>
  );
}
