import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';

type FoldProps = {
  title: ReactNode;
  /** What stands behind the title: how many are not as usual. */
  note?: ReactNode;
  /** Open from the start: something inside is wrong. */
  open?: boolean;
  children: ReactNode;
};

/** A part of a form that opens by click, Enter or Space. */
export function Fold({ title, note, open = false, children }: FoldProps) {
  return (
    <details open={open || undefined} className="group border-line-soft border-t">
      <summary className="flex min-h-9 cursor-default list-none items-center gap-2 text-13 font-medium select-none hover:text-accent-text [&::-webkit-details-marker]:hidden">
        <ChevronRight
          className="size-3.5 text-text-3 transition-transform group-open:rotate-90"
          aria-hidden
        />
        {title}
        {note && <span className="text-11 font-normal text-text-3 tabular">{note}</span>}
      </summary>
      <div className="grid grid-cols-2 gap-3 pt-1 pb-3 sm:grid-cols-3">{children}</div>
    </details>
  );
}
