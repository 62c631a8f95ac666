import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Card } from '@/components/Card';
import { SkeletonRows } from '@/components/Skeleton';
import { EmptyState, ErrorCard } from '@/components/States';
import { cx } from '@/lib/classes';
import { isUnfinished, type Job, jobLogQuery } from '@/lib/queries/jobs';

const TONE: Record<string, string> = { error: 'text-loss', warning: 'text-warn' };

/** What the job wrote while it ran; it follows the end unless one has scrolled up. */
export function JobLog({ job }: { job: Job }) {
  const { t } = useLingui();
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const log = useQuery({
    ...jobLogQuery(job.id, job.revision),
    refetchInterval: isUnfinished(job) ? 2_000 : false,
    placeholderData: (previous) => previous,
  });
  const lines = log.data ?? [];
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new line moves the end
  useEffect(() => {
    if (atEnd.current) box.current?.scrollTo(0, box.current.scrollHeight);
  }, [lines.length]);

  if (log.error) {
    return (
      <ErrorCard
        error={log.error}
        what={t`The log`}
        unaffected={t`The job itself goes on.`}
        onRetry={() => void log.refetch()}
      />
    );
  }
  return (
    <Card title={t`Log`} note={lines.length || null} flush className="min-h-60 lg:min-h-0">
      {log.isPending && <SkeletonRows count={6} />}
      {!log.isPending && lines.length === 0 && (
        <EmptyState
          title={
            isUnfinished(job) ? (
              <Trans>Nothing written yet.</Trans>
            ) : (
              <Trans>It wrote nothing.</Trans>
            )
          }
        />
      )}
      <div
        ref={box}
        hidden={lines.length === 0}
        role="log"
        aria-label={t`Log`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
          atEnd.current = scrollTop + clientHeight >= scrollHeight - 8;
        }}
        className="h-full max-h-[60vh] overflow-auto border-line border-t py-1.5 text-12 lg:max-h-none"
      >
        {lines.map((line) => (
          <div key={line.n} className="flex gap-3 px-3 py-0.5 hover:bg-hover">
            <time dateTime={line.at} className="shrink-0 text-text-3 tabular">
              {line.at.slice(11, 19)}
            </time>
            {line.attempt > 1 && (
              <span className="shrink-0 text-text-3 tabular">#{line.attempt}</span>
            )}
            <span className={cx('min-w-0 break-words whitespace-pre-wrap', TONE[line.level])}>
              {line.message}
            </span>
          </div>
        ))}
      </div>
    </Card>
  );
}
