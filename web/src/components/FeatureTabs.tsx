import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { TAB } from '@/components/BacktestTabs';

/** The two lists under Features: what there is, and searches for more. */
export function FeatureTabs() {
  const { t } = useLingui();
  return (
    <nav aria-label={t`Features and searches`} className="flex gap-1 border-line border-b">
      <Link to="/features" activeOptions={{ exact: true, includeSearch: false }} className={TAB}>
        <Trans>Features</Trans>
      </Link>
      <Link
        to="/features/discoveries"
        activeOptions={{ exact: true, includeSearch: false }}
        className={TAB}
      >
        <Trans>Discoveries</Trans>
      </Link>
    </nav>
  );
}
