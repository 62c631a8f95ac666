import { useLingui } from '@lingui/react';
import { Trans, useLingui as useMacro } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { ADMIN, HOME, type NavItem, PRODUCTION, RESEARCH } from '@/app/nav';
import { Logo } from '@/components/Logo';
import { useOpenAlerts } from '@/lib/queries/alerts';
import { useActiveJobs } from '@/lib/queries/jobs';
import { useSession } from '@/lib/session';

type ItemProps = {
  item: NavItem;
  count?: number;
  /** What is counted, for those who cannot see where the number stands. */
  counted?: string;
};

function Item({ item, count, counted }: ItemProps) {
  const { _ } = useLingui();
  return (
    <li>
      <Link
        to={item.to}
        activeOptions={{ exact: item.to === '/' }}
        className="flex h-7.5 items-center gap-2.5 rounded-md border border-transparent px-2.5 text-13 text-text-2 transition-colors hover:bg-hover hover:text-text [&_svg]:size-4 [&_svg]:text-text-3"
        activeProps={{
          className: '!border-line bg-surface-2 font-medium !text-text [&_svg]:!text-accent-text',
          'aria-current': 'page',
        }}
      >
        <item.Icon aria-hidden />
        {_(item.label)}
        {count ? (
          <span className="ml-auto rounded-full bg-accent-soft px-1.5 text-11 font-medium text-accent-text tabular">
            {count > 99 ? '99+' : count}
            {counted && <span className="sr-only"> {counted}</span>}
          </span>
        ) : null}
      </Link>
    </li>
  );
}

/** The menu of a wide window. */
export function Sidebar() {
  const { t } = useMacro();
  const { account } = useSession();
  const active = useActiveJobs();
  const open = useOpenAlerts();
  return (
    <nav
      aria-label={t`Main menu`}
      className="hidden w-52 shrink-0 flex-col border-line border-r bg-sidebar md:flex"
    >
      <Link to="/" aria-label="Kuznia" className="flex h-12 items-center gap-2 px-4">
        <Logo />
        <span className="text-15 font-semibold tracking-tight">Kuznia</span>
      </Link>
      <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-2 py-1.5">
        <ul className="flex flex-col gap-0.5">
          {HOME.map((item) => (
            <Item
              key={item.to}
              item={item}
              {...(item.to === '/jobs' ? { count: active.length } : {})}
            />
          ))}
        </ul>
        <div>
          <h2 className="px-2.5 pb-1 text-11 text-text-3">
            <Trans>Research</Trans>
          </h2>
          <ul className="flex flex-col gap-0.5">
            {RESEARCH.map((item) => (
              <Item key={item.to} item={item} />
            ))}
          </ul>
        </div>
        <div>
          <h2 className="px-2.5 pb-1 text-11 text-text-3">
            <Trans>Production</Trans>
          </h2>
          <ul className="flex flex-col gap-0.5">
            {PRODUCTION.map((item) => (
              <Item key={item.to} item={item} count={open} counted={t`open`} />
            ))}
          </ul>
        </div>
      </div>
      {account?.role === 'admin' && (
        <ul className="border-line border-t px-2 py-2">
          <Item item={ADMIN} />
        </ul>
      )}
    </nav>
  );
}
