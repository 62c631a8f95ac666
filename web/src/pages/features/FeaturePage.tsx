import { useLingui } from '@lingui/react/macro';
import { Page } from '@/components/Page';

export default function FeaturePage() {
  const { t } = useLingui();
  return <Page title={t`Feature`}>{null}</Page>;
}
