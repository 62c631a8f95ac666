import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { CopyId } from '@/components/CopyId';
import { Dialog } from '@/components/Dialog';
import { Field, Input } from '@/components/Field';
import { Select } from '@/components/Select';
import { Reason } from '@/components/States';
import { fieldErrors } from '@/lib/problem';
import { type AccountRow, useCreateAccount } from '@/lib/queries/accounts';
import { ROLES, word } from '@/lib/words';

/** A new account; its generated password is shown once and kept nowhere. */
export function NewAccount({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useLingui();
  const create = useCreateAccount();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<AccountRow['role']>('user');
  const errors = fieldErrors(create.error);
  const password = create.data?.password;
  if (create.data) {
    return (
      <Dialog
        open
        onClose={onClose}
        title={t`The account of ${create.data.name} is there`}
        footer={
          <Button tone="primary" onClick={onClose}>
            <Trans>Done</Trans>
          </Button>
        }
      >
        {password && (
          <p className="text-13">
            <Trans>The password, shown this once:</Trans> <CopyId id={password} full />
          </p>
        )}
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`New account`}
      footer={
        <Button
          tone="primary"
          busy={create.isPending}
          disabled={!name.trim() || !email.includes('@')}
          onClick={() => create.mutate({ name: name.trim(), email: email.trim(), role })}
        >
          <Trans>Create</Trans>
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label={t`Name`} error={errors.name}>
          <Input value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t`E-mail`} error={errors.email}>
          <Input type="email" value={email} onChange={(event) => setEmail(event.target.value)} />
        </Field>
        <Field label={t`Role`} error={errors.role}>
          <Select
            value={role}
            onChange={setRole}
            options={(['user', 'viewer', 'admin'] as const).map((key) => ({
              value: key,
              label: word(i18n, ROLES, key),
            }))}
          />
        </Field>
        {create.error && (
          <p role="alert" className="text-12 text-loss">
            <Reason error={create.error} />
          </p>
        )}
      </div>
    </Dialog>
  );
}
