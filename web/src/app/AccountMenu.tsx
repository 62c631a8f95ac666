import { useLingui } from '@lingui/react/macro';
import { Eye, EyeOff, LogOut } from 'lucide-react';
import { Menu } from '@/components/Menu';
import { logout, useSession } from '@/lib/session';
import { setPalette, useTheme } from '@/lib/theme';

/** Who is signed in, the palette, and the way out. */
export function AccountMenu() {
  const { t } = useLingui();
  const { account } = useSession();
  const { palette } = useTheme();
  const name = account?.name || account?.email || '';
  const roles = { admin: t`Administrator`, user: t`User`, viewer: t`Viewer (reads only)` };
  const blind = palette === 'colour-blind';
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={t`Account menu`}
          className="inline-flex size-7 items-center justify-center rounded-full bg-surface-3 text-11 font-semibold text-text uppercase hover:bg-accent-soft"
        >
          {name.slice(0, 1) || '?'}
        </button>
      }
      items={[
        { kind: 'heading', key: 'email', label: account?.email ?? '' },
        { kind: 'heading', key: 'role', label: account ? roles[account.role] : '' },
        { kind: 'separator', key: 'line' },
        {
          key: 'palette',
          label: blind ? t`Standard colours` : t`Colour-blind colours`,
          icon: blind ? <EyeOff aria-hidden /> : <Eye aria-hidden />,
          onSelect: () => setPalette(blind ? 'standard' : 'colour-blind'),
        },
        {
          key: 'out',
          label: t`Sign out`,
          icon: <LogOut aria-hidden />,
          onSelect: () => void logout(),
        },
      ]}
    />
  );
}
