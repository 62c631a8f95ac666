import { useLingui } from '@lingui/react/macro';
import { Page } from '@/components/Page';

export default function FeaturesPage() {
  const { t } = useLingui();
  return <Page title={t`Features`}>{null}</Page>;
}
