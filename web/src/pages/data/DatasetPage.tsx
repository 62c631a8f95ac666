import { useLingui } from '@lingui/react/macro';
import { Page } from '@/components/Page';

export default function DatasetPage() {
  const { t } = useLingui();
  return <Page title={t`Dataset`}>{null}</Page>;
}
