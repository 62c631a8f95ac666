import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { ExpressionField } from '@/components/ExpressionField';
import { Field, Input } from '@/components/Field';
import { Reason } from '@/components/States';
import { fieldErrors } from '@/lib/problem';
import { type ExpressionCheck, useCreateFeature } from '@/lib/queries/features';

export function NewFeature({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const create = useCreateFeature();
  const [name, setName] = useState('');
  const [expression, setExpression] = useState('');
  const [description, setDescription] = useState('');
  const [check, setCheck] = useState<ExpressionCheck | null>(null);
  const errors = fieldErrors(create.error);
  const submit = (): void =>
    create.mutate(
      { name: name.trim(), expression, description, tags: [] },
      {
        onSuccess: (made) => {
          onClose();
          void navigate({ to: '/features/$featureId', params: { featureId: made.id } });
        },
      },
    );
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={t`New feature`}
      footer={
        <>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button
            tone="primary"
            onClick={submit}
            busy={create.isPending}
            disabled={!check?.ok || !name.trim()}
          >
            <Trans>Create</Trans>
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field
          label={t`Name`}
          hint={t`Small letters, digits and _; other expressions can use it.`}
          error={errors.name}
        >
          <Input
            value={name}
            onChange={(event) => setName(event.target.value)}
            placeholder="momentum_12_1"
          />
        </Field>
        <Field label={t`Expression`} error={errors.expression}>
          <ExpressionField
            value={expression}
            onChange={setExpression}
            onChecked={setCheck}
            placeholder="delay(close, 21) / delay(close, 252) - 1"
          />
        </Field>
        <Field label={t`Description`}>
          <Input value={description} onChange={(event) => setDescription(event.target.value)} />
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
