import { Trans } from '@lingui/react/macro';
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { Suspense, useEffect, useRef, useState } from 'react';
import { BottomNav } from '@/app/BottomNav';
import { Palette } from '@/app/Palette';
import { Sidebar } from '@/app/Sidebar';
import { Topbar } from '@/app/Topbar';
import { useJobStream } from '@/lib/queries/jobs';
import { useSession } from '@/lib/session';

/** What stands around every page once one is signed in. */
export function Shell() {
  const { status } = useSession();
  const { pathname, href } = useLocation();
  const navigate = useNavigate();
  const main = useRef<HTMLElement>(null);
  const [palette, setPalette] = useState(false);
  useJobStream();

  useEffect(() => {
    if (status === 'out') void navigate({ to: '/login', search: { next: href } });
  }, [status, navigate, href]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page starts at its top
  useEffect(() => {
    main.current?.scrollTo(0, 0);
  }, [pathname]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setPalette((open) => !open);
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  return (
    <div className="flex h-dvh overflow-hidden">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-60 focus:rounded-md focus:bg-accent focus:px-3 focus:py-2 focus:text-on-accent"
      >
        <Trans>Skip to the content</Trans>
      </a>
      <Sidebar />
      <div className="flex min-w-0 flex-1 flex-col">
        <Topbar onSearch={() => setPalette(true)} />
        <main
          ref={main}
          id="main"
          tabIndex={-1}
          className="relative min-h-0 flex-1 overflow-y-auto outline-none"
        >
          <Suspense>
            <Outlet />
          </Suspense>
        </main>
        <BottomNav />
      </div>
      {palette && <Palette onClose={() => setPalette(false)} />}
    </div>
  );
}
