import { Trans, useLingui } from '@lingui/react/macro';
import { Facts } from '@/components/Card';
import { EmptyState } from '@/components/States';
import { formatCompact, formatPercent, formatSignedPercent } from '@/lib/format';
import type { Analysis } from '@/lib/queries/backtests';

/** How much money it bears before its own trading eats half of what it earns. */
export function CapacityFacts({ capacity }: { capacity: Analysis['capacity'] }) {
  const { t } = useLingui();
  if (!capacity.covered) {
    return (
      <EmptyState title={<Trans>No volumes</Trans>}>
        <Trans>Capacity is estimated from the bars' volumes; these prices come without.</Trans>
      </EmptyState>
    );
  }
  const shown = capacity.curve.filter((_, index) => index % 2 === 0);
  return (
    <>
      <p className="text-12 text-text-2">
        {capacity.capital === 0 ? (
          <Trans>It earns nothing even without impact.</Trans>
        ) : (
          <Trans>
            With <b className="font-semibold text-text">{formatCompact(capacity.capital)}</b> its
            own impact eats half of the return.
          </Trans>
        )}
      </p>
      <Facts
        rows={[
          ...shown.map((point): [string, string] => [
            t`Net return with ${formatCompact(point.capital)}`,
            formatSignedPercent(point.net_return, 1),
          ]),
          [t`Of a bar's volume now, median`, formatPercent(capacity.participation, 3)],
          [t`Value with known volume`, formatPercent(capacity.covered, 0)],
        ]}
      />
      <p className="mt-1 text-11 text-text-3">
        <Trans>Square-root impact with Y = {capacity.coefficient}; rather an upper bound.</Trans>
      </p>
    </>
  );
}
