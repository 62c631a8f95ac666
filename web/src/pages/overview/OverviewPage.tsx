import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { BacktestTable } from '@/components/BacktestTable';
import { buttonClass } from '@/components/Button';
import { Card } from '@/components/Card';
import { Page } from '@/components/Page';
import { EmptyState, ErrorCard } from '@/components/States';
import { backtestsQuery } from '@/lib/queries/backtests';
import { flat } from '@/lib/queries/keys';
import { Inventory } from './Inventory';
import { NextSteps } from './NextSteps';
import { RecentJobs } from './RecentJobs';

/** What is there, what ran, what to do next. */
export default function OverviewPage() {
  const { t } = useLingui();
  const backtests = useInfiniteQuery(backtestsQuery());
  const simulate = (
    <Link to="/simulate" className={buttonClass('primary')}>
      <Play className="size-3.5" aria-hidden />
      <Trans>Simulate an idea</Trans>
    </Link>
  );
  return (
    <Page title={t`Overview`} actions={simulate} fill>
      <Inventory />
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-[minmax(0,1fr)_360px]">
        {backtests.error ? (
          <ErrorCard
            error={backtests.error}
            what={t`The latest backtests`}
            unaffected={t`Jobs go on.`}
            onRetry={() => void backtests.refetch()}
          />
        ) : (
          <Card
            title={t`Latest backtests`}
            flush
            className="min-h-80 lg:min-h-0"
            actions={
              <Link
                to="/backtests"
                className="inline-flex min-h-6 items-center text-12 text-accent-text hover:underline"
              >
                <Trans>All backtests</Trans>
              </Link>
            }
          >
            <BacktestTable
              compact
              label={t`Latest backtests`}
              rows={flat(backtests.data?.pages)}
              loading={backtests.isPending}
              empty={
                <EmptyState title={<Trans>No backtests yet.</Trans>} action={simulate}>
                  <Trans>
                    Pick a universe, write an expression or take a built-in strategy, and see
                    whether to believe it.
                  </Trans>
                </EmptyState>
              }
            />
          </Card>
        )}
        <div className="flex min-h-0 flex-col gap-3">
          <RecentJobs />
          <NextSteps />
        </div>
      </div>
    </Page>
  );
}
