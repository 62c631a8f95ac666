import { Trans } from '@lingui/react/macro';
import { RotateCcw, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '@/components/Button';
import { CopyId } from '@/components/CopyId';
import { OfflineError, ProblemError } from '@/lib/problem';

type EmptyProps = { title: ReactNode; children?: ReactNode; action?: ReactNode; icon?: ReactNode };

/** What belongs here, and the one thing to do about it. */
export function EmptyState({ title, children, action, icon }: EmptyProps) {
  return (
    <div className="flex flex-col items-center justify-center gap-2 px-6 py-10 text-center">
      {icon && <div className="text-text-3 [&_svg]:size-6">{icon}</div>}
      <p className="text-15 font-medium">{title}</p>
      {children && <p className="max-w-md text-13 text-text-2">{children}</p>}
      {action && <div className="mt-2">{action}</div>}
    </div>
  );
}

type ErrorProps = {
  error: unknown;
  /** What failed: "The list of jobs". */
  what: ReactNode;
  /** What still holds, if that may be in doubt. */
  unaffected?: ReactNode;
  onRetry?: () => void;
};

/** A card that failed. The rest of the page stands. */
export function ErrorCard({ error, what, unaffected, onRetry }: ErrorProps) {
  const problem = error instanceof ProblemError ? error.problem : null;
  return (
    <div
      role="alert"
      className="flex items-start gap-3 rounded-xl border border-line bg-surface p-4"
    >
      <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <p className="text-13 font-semibold">
          <Trans>{what} could not be loaded.</Trans>
        </p>
        <p className="text-12 break-words text-text-2">
          <Reason error={error} />
        </p>
        {unaffected && <p className="text-12 text-text-3">{unaffected}</p>}
        {problem?.trace_id && (
          <p className="text-11 text-text-3">
            <Trans>Trace</Trans> <CopyId id={problem.trace_id} full />
          </p>
        )}
      </div>
      {onRetry && (
        <Button small icon={<RotateCcw aria-hidden />} onClick={onRetry}>
          <Trans>Try again</Trans>
        </Button>
      )}
    </div>
  );
}

/** An error in words: the server's own, or why there are none. */
export function Reason({ error }: { error: unknown }) {
  if (error instanceof OfflineError) {
    return <Trans>The server did not answer. Check that Kuznia is running.</Trans>;
  }
  if (error instanceof ProblemError) {
    const { status, title, detail } = error.problem;
    if (status === 404) return <Trans>It does not exist, or it is not yours to see.</Trans>;
    if (status === 403) return <Trans>Your role does not allow this.</Trans>;
    return detail && detail !== title ? `${title}. ${detail}` : title;
  }
  return <Trans>The page met an error of its own.</Trans>;
}
