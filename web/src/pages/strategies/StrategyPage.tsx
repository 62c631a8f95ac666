import { useLingui } from '@lingui/react/macro';
import { Page } from '@/components/Page';

export default function StrategyPage() {
  const { t } = useLingui();
  return <Page title={t`Strategy`}>{null}</Page>;
}
