import { useLingui } from '@lingui/react/macro';
import { Page } from '@/components/Page';

export default function StrategiesPage() {
  const { t } = useLingui();
  return <Page title={t`Strategies`}>{null}</Page>;
}
