import { Toast as Base } from '@base-ui/react/toast';
import { useLingui } from '@lingui/react/macro';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '@/components/Button';
import { cx } from '@/lib/classes';
import { OfflineError, ProblemError } from '@/lib/problem';

const manager = Base.createToastManager();

type Message = {
  title: string;
  description?: string;
  tone?: 'bad';
  /** For what was done at once and can be taken back. */
  undo?: { label: string; run: () => void };
};

/** `toast({ title: t`Job cancelled`, undo: { label: t`Undo`, run: retry } })` */
export function toast({ title, description, tone, undo }: Message): void {
  manager.add({
    title,
    ...(description ? { description } : {}),
    ...(tone ? { type: tone } : {}),
    timeout: undo ? 10_000 : tone ? 8_000 : 5_000,
    ...(undo ? { actionProps: { children: undo.label, onClick: undo.run } } : {}),
  });
}

/** Says what failed, in the server's words. */
export function toastError(title: string, error: unknown): void {
  const description =
    error instanceof ProblemError || error instanceof OfflineError ? error.message : '';
  toast({ title, tone: 'bad', ...(description ? { description } : {}) });
}

function List() {
  const { t } = useLingui();
  const { toasts } = Base.useToastManager();
  return toasts.map((item) => (
    <Base.Root
      key={item.id}
      toast={item}
      className={cx(
        'mt-2 flex items-start gap-3 rounded-lg border bg-surface-2 py-2.5 pr-2 pl-3 shadow-pop transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0',
        item.type === 'bad' ? 'border-loss' : 'border-line-strong',
      )}
    >
      <Base.Content className="min-w-0 flex-1">
        <Base.Title className="text-13 font-medium" />
        <Base.Description className="text-12 break-words text-text-2" />
        <Base.Action className="mt-1 text-12 font-medium text-accent-text hover:underline" />
      </Base.Content>
      <Base.Close render={<IconButton label={t`Close`}>{<X aria-hidden />}</IconButton>} />
    </Base.Root>
  ));
}

export function ToastProvider({ children }: { children: ReactNode }) {
  return (
    <Base.Provider toastManager={manager} limit={3}>
      {children}
      <Base.Portal>
        <Base.Viewport className="fixed right-4 bottom-20 z-60 flex w-[min(360px,calc(100vw-32px))] flex-col md:bottom-4">
          <List />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}
