import { useLingui } from '@lingui/react/macro';
import { Page } from '@/components/Page';

export default function DataPage() {
  const { t } = useLingui();
  return <Page title={t`Data`}>{null}</Page>;
}
