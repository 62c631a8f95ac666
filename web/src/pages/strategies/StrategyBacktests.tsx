import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { BacktestTable } from '@/components/BacktestTable';
import { Card } from '@/components/Card';
import { EmptyState, ErrorCard } from '@/components/States';
import { flat } from '@/lib/queries/keys';
import { strategyBacktestsQuery } from '@/lib/queries/strategies';

/** Simulations of any version of the strategy. */
export function StrategyBacktests({ strategyId }: { strategyId: string }) {
  const { t } = useLingui();
  const list = useInfiniteQuery(strategyBacktestsQuery(strategyId));
  if (list.error) {
    return (
      <ErrorCard error={list.error} what={t`The backtests`} onRetry={() => void list.refetch()} />
    );
  }
  return (
    <Card title={t`Backtests`} flush className="min-h-60 flex-1 lg:min-h-0">
      <BacktestTable
        label={t`Backtests`}
        rows={flat(list.data?.pages)}
        loading={list.isPending}
        empty={<EmptyState title={<Trans>Not simulated yet.</Trans>} />}
      />
    </Card>
  );
}
