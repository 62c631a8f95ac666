import { useLingui } from '@lingui/react/macro';
import { Page } from '@/components/Page';

export default function ModelPage() {
  const { t } = useLingui();
  return <Page title={t`Model`}>{null}</Page>;
}
