import { useLingui } from '@lingui/react/macro';
import { Page } from '@/components/Page';

export default function AdminPage() {
  const { t } = useLingui();
  return <Page title={t`Admin`}>{null}</Page>;
}
