import { useLingui } from '@lingui/react';
import { useLingui as useMacro } from '@lingui/react/macro';
import { Link, useCanGoBack, useLocation, useRouter } from '@tanstack/react-router';
import { ChevronLeft, Moon, Search, Sun } from 'lucide-react';
import { AccountMenu } from '@/app/AccountMenu';
import { ADMIN, ALL } from '@/app/nav';
import { IconButton } from '@/components/Button';
import { activate, type Language } from '@/lib/i18n';
import { setTheme, useTheme } from '@/lib/theme';
import { useCurrentTitle } from '@/lib/title';

/** Section and page; a section's own page shows its name alone. */
function Breadcrumb() {
  const { _ } = useLingui();
  const { t } = useMacro();
  const { pathname } = useLocation();
  const title = useCurrentTitle();
  const section = [...ALL, ADMIN].find(({ to }) => to !== '/' && pathname.startsWith(to));
  const inside = section && pathname !== section.to;
  return (
    <nav aria-label={t`Breadcrumb`} className="min-w-0 flex-1">
      <ol className="flex min-w-0 items-center gap-2 text-13">
        {inside && (
          <li className="hidden items-center gap-2 text-text-2 md:flex">
            <Link to={section.to} className="hover:text-text">
              {_(section.label)}
            </Link>
            <span aria-hidden className="text-text-3">
              /
            </span>
          </li>
        )}
        <li aria-current="page" className="truncate font-medium">
          {title}
        </li>
      </ol>
    </nav>
  );
}

function BackButton() {
  const { t } = useMacro();
  const router = useRouter();
  const { pathname } = useLocation();
  const canGoBack = useCanGoBack();
  const isSection = [...ALL, ADMIN].some(({ to }) => to === pathname);
  if (!canGoBack || isSection) return null;
  return (
    <IconButton label={t`Back`} className="md:hidden" onClick={() => router.history.back()}>
      <ChevronLeft aria-hidden />
    </IconButton>
  );
}

export function ThemeSwitch() {
  const { t } = useMacro();
  const { theme } = useTheme();
  const next = theme === 'dark' ? 'light' : 'dark';
  return (
    <IconButton
      label={next === 'light' ? t`Light theme` : t`Dark theme`}
      onClick={() => setTheme(next)}
    >
      {theme === 'dark' ? <Sun aria-hidden /> : <Moon aria-hidden />}
    </IconButton>
  );
}

export function LanguageSwitch() {
  const { i18n } = useLingui();
  const next: Language = i18n.locale === 'pl' ? 'en' : 'pl';
  return (
    <button
      type="button"
      lang={next}
      aria-label={next === 'pl' ? 'EN, polski' : 'PL, English'}
      title={next === 'pl' ? 'Polski' : 'English'}
      onClick={() => void activate(next)}
      className="h-8 w-9 rounded-md text-12 font-medium text-text-2 hover:bg-surface-2 hover:text-text"
    >
      {i18n.locale === 'pl' ? 'PL' : 'EN'}
    </button>
  );
}

export function Topbar({ onSearch }: { onSearch: () => void }) {
  const { t } = useMacro();
  return (
    <header className="flex h-12 shrink-0 items-center gap-1 border-line border-b px-3 md:gap-2 md:px-5">
      <BackButton />
      <Breadcrumb />
      <button
        type="button"
        onClick={onSearch}
        aria-keyshortcuts="Control+K"
        className="flex h-8 items-center gap-2 rounded-md border border-line bg-surface px-2 text-12 text-text-3 hover:border-line-strong md:w-56"
      >
        <Search className="size-3.5" aria-hidden />
        <span className="sr-only min-w-0 flex-1 text-left md:not-sr-only md:truncate">{t`Search or jump to…`}</span>
        <kbd aria-hidden className="hidden rounded-sm border border-line px-1 text-11 md:block">
          Ctrl K
        </kbd>
      </button>
      <ThemeSwitch />
      <LanguageSwitch />
      <AccountMenu />
    </header>
  );
}
