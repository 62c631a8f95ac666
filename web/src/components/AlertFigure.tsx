import { Trans } from '@lingui/react/macro';
import { formatNumber, formatPercent } from '@/lib/format';

type Measured = { kind: string; value: number; bound: number };

/** What an alert measured beside the bound that was passed: `<AlertFigure alert={alert} />`. */
export function AlertFigure({ alert }: { alert: Measured }) {
  if (alert.kind === 'missing_values') {
    return (
      <Trans>
        {formatPercent(alert.value, 1)} more than before, bound {formatPercent(alert.bound, 1)}
      </Trans>
    );
  }
  if (alert.kind === 'expired') {
    return (
      <Trans>
        Days since training: {formatNumber(alert.value, 0)}, limit {formatNumber(alert.bound, 0)}
      </Trans>
    );
  }
  return (
    <Trans>
      {formatNumber(alert.value, 3)}, bound {formatNumber(alert.bound, 3)}
    </Trans>
  );
}
