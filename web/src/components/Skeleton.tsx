import { cx } from '@/lib/classes';

/** A grey place of the final size: `<Skeleton className="h-5 w-20" />`. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <div aria-hidden className={cx('animate-pulse-soft rounded-sm bg-surface-2', className)} />
  );
}

/** Lines of a table or list that is still loading. */
export function SkeletonRows({ count = 8 }: { count?: number }) {
  return (
    <div className="flex flex-col" aria-hidden>
      {Array.from({ length: count }, (_, index) => `row${index}`).map((key) => (
        <div key={key} className="flex h-9 items-center gap-6 border-line-soft border-t px-3">
          <Skeleton className="h-3 w-40" />
          <Skeleton className="h-3 w-24" />
          <Skeleton className="ml-auto h-3 w-16" />
        </div>
      ))}
    </div>
  );
}
