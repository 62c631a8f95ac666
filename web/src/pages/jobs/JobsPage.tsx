import { useLingui } from '@lingui/react/macro';
import { Page } from '@/components/Page';

export default function JobsPage() {
  const { t } = useLingui();
  return <Page title={t`Jobs`}>{null}</Page>;
}
