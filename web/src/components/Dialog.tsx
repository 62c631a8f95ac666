import { Dialog as Base } from '@base-ui/react/dialog';
import { useLingui } from '@lingui/react/macro';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, IconButton } from '@/components/Button';
import { cx } from '@/lib/classes';

type DialogProps = {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  /** The buttons at the foot, the main one last. */
  footer?: ReactNode;
  wide?: boolean;
};

/** `<Dialog open={open} onClose={close} title={t`Upload`} footer={<Button …/>}>…</Dialog>` */
export function Dialog({ open, onClose, title, description, children, footer, wide }: DialogProps) {
  const { t } = useLingui();
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
        <Base.Popup
          className={cx(
            'fixed top-[8vh] left-1/2 z-40 flex max-h-[84vh] w-[calc(100vw-24px)] -translate-x-1/2 flex-col rounded-xl border border-line-strong bg-surface shadow-pop outline-none transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0',
            wide ? 'max-w-3xl' : 'max-w-lg',
          )}
        >
          <header className="flex items-start gap-3 border-line border-b py-3 pr-2 pl-4">
            <div className="min-w-0 flex-1">
              <Base.Title className="text-15 font-semibold">{title}</Base.Title>
              {description && (
                <Base.Description className="text-12 text-text-2">{description}</Base.Description>
              )}
            </div>
            <Base.Close render={<IconButton label={t`Close`}>{<X aria-hidden />}</IconButton>} />
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
          {footer && (
            <footer className="flex justify-end gap-2 border-line border-t px-4 py-3">
              {footer}
            </footer>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

type ConfirmProps = {
  open: boolean;
  onClose: () => void;
  onConfirm: () => void;
  title: ReactNode;
  /** What will happen, and what will not. */
  children: ReactNode;
  action: ReactNode;
  busy?: boolean;
};

/** Asks before what cannot be undone. What can be undone is done at once, with a toast. */
export function Confirm({ open, onClose, onConfirm, title, children, action, busy }: ConfirmProps) {
  const { t } = useLingui();
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button onClick={onClose}>{t`Keep`}</Button>
          <Button tone="danger" onClick={onConfirm} busy={busy ?? false}>
            {action}
          </Button>
        </>
      }
    >
      <div className="text-13 text-text-2">{children}</div>
    </Dialog>
  );
}
