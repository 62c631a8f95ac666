import { useLingui } from '@lingui/react';
import { Trans, useLingui as useMacro } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { Menu as MenuIcon } from 'lucide-react';
import { useState } from 'react';
import { ADMIN, ALL } from '@/app/nav';
import { Dialog } from '@/components/Dialog';
import { useOpenAlerts } from '@/lib/queries/alerts';
import { useSession } from '@/lib/session';

const FIRST = new Set(['/', '/jobs', '/data', '/backtests']);

const TAB =
  'flex h-14 min-w-0 flex-1 flex-col items-center justify-center gap-1 text-11 text-text-2 [&_svg]:size-5';

/** The menu of a phone: four places and the rest. */
export function BottomNav() {
  const { _ } = useLingui();
  const { t } = useMacro();
  const { account } = useSession();
  const [open, setOpen] = useState(false);
  const alerts = useOpenAlerts();
  const rest = ALL.filter((item) => !FIRST.has(item.to));
  const items = account?.role === 'admin' ? [...rest, ADMIN] : rest;
  return (
    <nav
      aria-label={t`Main menu`}
      className="flex shrink-0 border-line border-t bg-sidebar pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {ALL.filter((item) => FIRST.has(item.to)).map((item) => (
        <Link
          key={item.to}
          to={item.to}
          activeOptions={{ exact: item.to === '/' }}
          className={TAB}
          activeProps={{ className: '!text-accent-text', 'aria-current': 'page' }}
        >
          <item.Icon aria-hidden />
          <span className="truncate">{_(item.label)}</span>
        </Link>
      ))}
      <button type="button" className={TAB} onClick={() => setOpen(true)}>
        <MenuIcon aria-hidden />
        <Trans>More</Trans>
      </button>
      <Dialog open={open} onClose={() => setOpen(false)} title={t`More`}>
        <ul className="flex flex-col gap-1">
          {items.map((item) => (
            <li key={item.to}>
              <Link
                to={item.to}
                onClick={() => setOpen(false)}
                className="flex h-11 items-center gap-3 rounded-md px-3 text-15 hover:bg-hover [&_svg]:size-5 [&_svg]:text-text-3"
              >
                <item.Icon aria-hidden />
                {_(item.label)}
                {item.to === '/alerts' && alerts > 0 && (
                  <span className="ml-auto text-13 text-text-2 tabular">{t`open: ${alerts}`}</span>
                )}
              </Link>
            </li>
          ))}
        </ul>
      </Dialog>
    </nav>
  );
}
