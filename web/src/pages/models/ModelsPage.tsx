import { useLingui } from '@lingui/react/macro';
import { Page } from '@/components/Page';

export default function ModelsPage() {
  const { t } = useLingui();
  return <Page title={t`Models`}>{null}</Page>;
}
