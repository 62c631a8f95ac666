import { Trans } from '@lingui/react/macro';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Card } from '@/components/Card';
import { Skeleton } from '@/components/Skeleton';
import { EmptyState, ErrorCard } from '@/components/States';
import { ProblemError } from '@/lib/problem';

type QueryCardProps<Data> = {
  query: UseQueryResult<Data>;
  /** What failed, when it does. */
  what: string;
  title: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  flush?: boolean;
  className?: string;
  children: (data: Data) => ReactNode;
};

/** A card over one question to the server; it waits, fails and is asked again on its own. */
export function QueryCard<Data>(props: QueryCardProps<Data>) {
  const { query, what, title, note, actions, flush, className, children } = props;
  const gone = query.error instanceof ProblemError && query.error.problem.status === 404;
  if (query.error && !gone) {
    return <ErrorCard error={query.error} what={what} onRetry={() => void query.refetch()} />;
  }
  return (
    <Card
      title={title}
      note={note}
      actions={actions}
      {...(flush ? { flush } : {})}
      {...(className ? { className } : {})}
    >
      {gone ? (
        <EmptyState title={<Trans>Not kept with this result</Trans>}>
          <Trans>It was made before this was kept. Run it again to see it.</Trans>
        </EmptyState>
      ) : query.data === undefined ? (
        <Skeleton className="h-full min-h-24" />
      ) : (
        children(query.data)
      )}
    </Card>
  );
}

/** A part that scrolls on its own, also by keyboard. */
export function Scrolled({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section tabIndex={0} aria-label={label} className="h-full overflow-auto">
      {children}
    </section>
  );
}
