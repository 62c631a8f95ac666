import type { ReactNode } from 'react';
import { cx } from '@/lib/classes';
import { usePageTitle } from '@/lib/title';

type PageProps = {
  title: string;
  /** Beside the title: badges, the id, a line of facts. */
  meta?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** Fill the window's height; cards inside scroll, not the page (desktop only). */
  fill?: boolean;
};

/** The frame of a page: heading, facts, actions, content. */
export function Page({ title, meta, actions, children, fill }: PageProps) {
  usePageTitle(title);
  return (
    <div
      className={cx(
        'flex min-w-0 flex-col gap-3 p-3 md:px-5 md:pt-4 md:pb-5',
        fill && 'lg:h-full lg:min-h-0',
      )}
    >
      <header className="flex min-h-8 flex-wrap items-start gap-x-4 gap-y-2 lg:flex-nowrap">
        <div className="flex min-h-8 min-w-0 flex-wrap items-center gap-x-4 gap-y-1">
          <h1 className="min-w-0 text-22 font-semibold tracking-tight text-balance break-words">
            {title}
          </h1>
          {meta && (
            <div className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-1 text-12 text-text-2 tabular">
              {meta}
            </div>
          )}
        </div>
        {actions && (
          <div className="flex flex-wrap items-center gap-2 sm:ml-auto lg:shrink-0 lg:flex-nowrap">
            {actions}
          </div>
        )}
      </header>
      {children}
    </div>
  );
}
