import { useLingui } from '@lingui/react/macro';
import { useQueries } from '@tanstack/react-query';
import {
  BookOpen,
  Boxes,
  Database,
  FlaskConical,
  Languages,
  Layers,
  LogOut,
  Play,
  SquareFunction,
  SunMoon,
  Telescope,
  WandSparkles,
  Workflow,
} from 'lucide-react';
import { useMemo } from 'react';
import type { Command } from '@/app/commands';
import { ADMIN, ALL } from '@/app/nav';
import { activate } from '@/lib/i18n';
import { namedQuery } from '@/lib/queries/names';
import { logout, useSession } from '@/lib/session';
import { setTheme, useTheme } from '@/lib/theme';

const NOUNS = [
  'backtests',
  'models',
  'strategies',
  'datasets',
  'feature-sets',
  'features',
] as const;

/** Everything the palette offers: what was made, the pages, what one can do. */
export function useCommands(): Command[] {
  const { t, i18n } = useLingui();
  const { theme } = useTheme();
  const { account } = useSession();
  const lists = useQueries({ queries: NOUNS.map((noun) => namedQuery(noun)) });
  const data = lists.map((list) => list.data);
  const isAdmin = account?.role === 'admin';
  // biome-ignore lint/correctness/useExhaustiveDependencies: the lists are compared one by one
  return useMemo(() => {
    const groups = [
      { group: t`Backtests`, path: '/backtests', Icon: FlaskConical },
      { group: t`Models`, path: '/models', Icon: Boxes },
      { group: t`Strategies`, path: '/strategies', Icon: Workflow },
      { group: t`Data`, path: '/data', Icon: Database },
      { group: t`Feature sets`, path: '/features/sets', Icon: Layers },
      { group: t`Features`, path: '/features', Icon: Layers },
    ];
    const entities = groups.flatMap(({ group, path, Icon }, index) =>
      (data[index] ?? []).map(({ id, name }) => ({
        key: `${path}/${id}`,
        group,
        label: name,
        Icon,
        to: `${path}/${id}`,
      })),
    );
    const actions: Command[] = [
      {
        key: 'simulate',
        group: t`Actions`,
        label: t`Simulate an idea…`,
        Icon: Play,
        to: '/simulate',
      },
      {
        key: 'discover',
        group: t`Actions`,
        label: t`Search for features…`,
        Icon: Telescope,
        to: '/features/discoveries/new',
      },
      {
        key: 'automate',
        group: t`Actions`,
        label: t`Find a model automatically…`,
        Icon: WandSparkles,
        to: '/models/pipelines/new',
      },
      {
        key: 'feature',
        group: t`Actions`,
        label: t`Write a feature…`,
        Icon: SquareFunction,
        to: '/features/new',
      },
      {
        key: 'expressions',
        group: t`Actions`,
        label: t`Look up the expression language…`,
        Icon: BookOpen,
        to: '/features/language',
      },
      {
        key: 'theme',
        group: t`Actions`,
        label: theme === 'dark' ? t`Light theme` : t`Dark theme`,
        Icon: SunMoon,
        run: () => setTheme(theme === 'dark' ? 'light' : 'dark'),
      },
      {
        key: 'language',
        group: t`Actions`,
        label: i18n.locale === 'pl' ? 'English' : 'Polski',
        Icon: Languages,
        run: () => void activate(i18n.locale === 'pl' ? 'en' : 'pl'),
      },
      { key: 'out', group: t`Actions`, label: t`Sign out`, Icon: LogOut, run: () => void logout() },
    ];
    const pages = (isAdmin ? [...ALL, ADMIN] : ALL).map((item) => ({
      key: item.to,
      group: t`Pages`,
      label: i18n._(item.label),
      Icon: item.Icon,
      to: item.to,
    }));
    // Few of each kind until something is typed is not needed: the list scrolls and filters.
    return [...actions.slice(0, 4), ...pages, ...entities, ...actions.slice(4)];
  }, [...data, theme, isAdmin, i18n.locale]);
}
