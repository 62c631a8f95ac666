import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { buttonClass } from '@/components/Button';
import { Page } from '@/components/Page';
import { EmptyState, ErrorCard } from '@/components/States';

export function NotFound() {
  const { t } = useLingui();
  return (
    <Page title={t`Not found`}>
      <EmptyState
        title={<Trans>There is no such page.</Trans>}
        action={
          <Link to="/" className={buttonClass('primary')}>
            <Trans>To the overview</Trans>
          </Link>
        }
      />
    </Page>
  );
}

export function PageError({ error, reset }: { error: unknown; reset: () => void }) {
  const { t } = useLingui();
  return (
    <Page title={t`Something failed`}>
      <ErrorCard error={error} what={<Trans>This page</Trans>} onRetry={reset} />
    </Page>
  );
}
