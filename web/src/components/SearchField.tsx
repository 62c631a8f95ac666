import { Search } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cx } from '@/lib/classes';

/** A search field of a table or list; its label is read, not shown. */
export function SearchField({
  label,
  className,
  ...rest
}: ComponentProps<'input'> & { label: string }) {
  return (
    <span className={cx('relative inline-flex', className)}>
      <Search
        className="pointer-events-none absolute top-2 left-2 size-3.5 text-text-3"
        aria-hidden
      />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        {...rest}
        className="h-7.5 w-full min-w-0 rounded-md border border-line bg-bg pr-2 pl-7 text-12 placeholder:text-text-3 hover:border-line-strong"
      />
    </span>
  );
}
