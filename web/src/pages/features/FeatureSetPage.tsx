import { useLingui } from '@lingui/react/macro';
import { Page } from '@/components/Page';

export default function FeatureSetPage() {
  const { t } = useLingui();
  return <Page title={t`Feature set`}>{null}</Page>;
}
