import { useLingui } from '@lingui/react/macro';
import { Page } from '@/components/Page';

export default function SimulatePage() {
  const { t } = useLingui();
  return <Page title={t`Simulate`}>{null}</Page>;
}
