import { useLingui } from '@lingui/react/macro';
import { type ReactNode, useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field, Input } from '@/components/Field';
import { Reason } from '@/components/States';
import { ProblemError } from '@/lib/problem';
import { type Removed, useRemove } from '@/lib/queries/registry';

type Props = {
  what: Removed;
  title: string;
  action: string;
  children: ReactNode;
  onClose: () => void;
  onRemoved: () => void;
};

/** Asks why something is taken away; a refusal says what uses it. */
export function RemoveDialog({ what, title, action, children, onClose, onRemoved }: Props) {
  const { t } = useLingui();
  const remove = useRemove();
  const [reason, setReason] = useState('');
  const { error } = remove;
  const faults = error instanceof ProblemError ? (error.problem.errors ?? []) : [];
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button onClick={onClose}>{t`Keep`}</Button>
          <Button
            tone="danger"
            busy={remove.isPending}
            disabled={reason.trim().length < 3}
            onClick={() => remove.mutate({ what, reason: reason.trim() }, { onSuccess: onRemoved })}
          >
            {action}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4 text-13 text-text-2">
        <p>{children}</p>
        <Field label={t`Why?`} hint={t`Kept for good.`} error={error && <Reason error={error} />}>
          <Input value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
        {faults.length > 0 && (
          <ul className="list-disc pl-4 text-12">
            {faults.map(({ detail }) => (
              <li key={detail}>{detail}</li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}
