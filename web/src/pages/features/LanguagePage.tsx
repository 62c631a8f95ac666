import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Badge } from '@/components/Badge';
import { Card } from '@/components/Card';
import { Code } from '@/components/CopyId';
import { Page } from '@/components/Page';
import { SearchField } from '@/components/SearchField';
import { Segmented } from '@/components/Segmented';
import { Skeleton } from '@/components/Skeleton';
import { EmptyState, ErrorCard } from '@/components/States';
import type { FunctionInfo, NameInfo } from '@/lib/expression/words';
import { functionsQuery, namesQuery } from '@/lib/queries/expressions';
import { familiesOf, found, foundNames } from './language';

const route = getRouteApi('/shell/features/language');
const NOTHING: never[] = [];
const ALL = 'all';

/** All that an expression can say; each example opens in the editor. */
export default function LanguagePage() {
  const { t } = useLingui();
  const { q = '', family = ALL } = route.useSearch();
  const navigate = route.useNavigate();
  const [text, setText] = useState(q);
  const functions = useQuery(functionsQuery());
  const names = useQuery(namesQuery()).data ?? NOTHING;
  const every = functions.data ?? NOTHING;
  const shown = found(every, text).filter((one) => family === ALL || one.family === family);
  const words = family === ALL ? foundNames(names, text) : NOTHING;
  return (
    <Page
      title={t`Expression language`}
      meta={<span>{t`${every.length} functions, in BRAIN's and in Qlib's spelling`}</span>}
      actions={
        <SearchField
          label={t`Find a function…`}
          value={text}
          autoFocus
          onChange={(event) => {
            setText(event.target.value);
            const q = event.target.value || undefined;
            void navigate({ search: (before) => ({ ...before, q }), replace: true });
          }}
          className="w-64"
        />
      }
    >
      <div className="overflow-x-auto">
        <Segmented
          label={t`Family`}
          value={family}
          options={[
            { value: ALL, label: t`All` },
            ...familiesOf(every).map((one) => ({ value: one, label: one })),
          ]}
          onChange={(next) =>
            void navigate({
              search: (before) => ({ ...before, family: next === ALL ? undefined : next }),
              replace: true,
            })
          }
        />
      </div>
      {functions.error && (
        <ErrorCard
          error={functions.error}
          what={t`The list of functions`}
          onRetry={() => void functions.refetch()}
        />
      )}
      {functions.isPending && <Skeleton className="h-80" />}
      {functions.data && shown.length + words.length === 0 && (
        <EmptyState title={<Trans>Nothing is called so.</Trans>} />
      )}
      {words.length > 0 && <Names names={words} />}
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3 md:grid-cols-2 2xl:grid-cols-3">
        {shown.map((one) => (
          <Entry key={one.name} one={one} />
        ))}
      </div>
    </Page>
  );
}

function Names({ names }: { names: NameInfo[] }) {
  const { t } = useLingui();
  return (
    <Card title={t`Names`} note={names.length} className="shrink-0">
      <ul
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={t`Names`}
        className="grid max-h-40 gap-x-6 overflow-y-auto text-12 sm:grid-cols-2 lg:grid-cols-3"
      >
        {names.map((one) => (
          <li key={one.name} className="flex min-w-0 items-baseline gap-2 py-0.5">
            <code className="shrink-0 font-mono text-11">{one.name}</code>
            <span className="min-w-0 truncate text-text-3" title={one.detail}>
              {one.detail}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Entry({ one }: { one: FunctionInfo }) {
  return (
    <article
      id={one.name}
      className="flex min-w-0 flex-col gap-1.5 rounded-xl border border-line bg-surface p-3 text-12"
    >
      <h2 className="flex flex-wrap items-baseline gap-2">
        <code className="min-w-0 font-mono text-12 font-semibold break-words">{one.signature}</code>
        <span className="ml-auto">
          <Badge>{one.family}</Badge>
        </span>
      </h2>
      <p>{one.doc}</p>
      {one.nan_rule && (
        <p className="text-text-2">
          <Trans>Not known:</Trans> {one.nan_rule}
        </p>
      )}
      {one.aliases.length > 0 && (
        <p className="text-text-3">
          <Trans>Also written</Trans>{' '}
          <code className="font-mono text-11">{one.aliases.join(', ')}</code>
        </p>
      )}
      <div className="mt-auto flex items-center gap-2">
        <div className="min-w-0 flex-1">
          <Code wrap>{one.example}</Code>
        </div>
        <Link
          to="/features/new"
          search={{ expression: one.example }}
          className="shrink-0 text-accent-text hover:underline"
        >
          <Trans>Try it</Trans> <span className="sr-only">{one.name}</span>
        </Link>
      </div>
    </article>
  );
}
