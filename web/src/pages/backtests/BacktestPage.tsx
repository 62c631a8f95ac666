import { useLingui } from '@lingui/react/macro';
import { Page } from '@/components/Page';

export default function BacktestPage() {
  const { t } = useLingui();
  return <Page title={t`Backtest`}>{null}</Page>;
}
