import { useLingui } from '@lingui/react/macro';
import { Page } from '@/components/Page';

export default function BacktestsPage() {
  const { t } = useLingui();
  return <Page title={t`Backtests`}>{null}</Page>;
}
