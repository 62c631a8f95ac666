import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { TAB } from '@/components/BacktestTabs';

/** The two lists under Models: what there is, and pipelines that make more. */
export function ModelTabs() {
  const { t } = useLingui();
  return (
    <nav aria-label={t`Models and pipelines`} className="flex gap-1 border-line border-b">
      <Link to="/models" activeOptions={{ exact: true, includeSearch: false }} className={TAB}>
        <Trans>Models</Trans>
      </Link>
      <Link
        to="/models/pipelines"
        activeOptions={{ exact: true, includeSearch: false }}
        className={TAB}
      >
        <Trans>Automated</Trans>
      </Link>
    </nav>
  );
}
