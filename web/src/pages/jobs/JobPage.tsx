import { useLingui } from '@lingui/react/macro';
import { Page } from '@/components/Page';

export default function JobPage() {
  const { t } = useLingui();
  return <Page title={t`Job`}>{null}</Page>;
}
