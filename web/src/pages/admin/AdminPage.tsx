import { Trans, useLingui } from '@lingui/react/macro';
import { getRouteApi } from '@tanstack/react-router';
import { Page } from '@/components/Page';
import { Tabs } from '@/components/Segmented';
import { EmptyState } from '@/components/States';
import { useSession } from '@/lib/session';
import { Accounts } from './Accounts';
import { Audit } from './Audit';
import { GateSettings } from './GateSettings';

const route = getRouteApi('/shell/admin');

export default function AdminPage() {
  const { t } = useLingui();
  const { account } = useSession();
  const { tab = 'accounts' } = route.useSearch();
  const navigate = route.useNavigate();
  if (account?.role !== 'admin') {
    return (
      <Page title={t`Admin`}>
        <EmptyState title={<Trans>Administrators only.</Trans>} />
      </Page>
    );
  }
  return (
    <Page title={t`Admin`} fill>
      <Tabs
        label={t`Admin`}
        value={tab}
        onChange={(next) => void navigate({ search: { tab: next }, replace: true })}
        tabs={[
          { value: 'accounts', label: t`Accounts`, panel: <Accounts /> },
          { value: 'gate', label: t`Promotion gate`, panel: <GateSettings /> },
          { value: 'audit', label: t`Audit`, panel: <Audit /> },
        ]}
      />
    </Page>
  );
}
