import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field, Input } from '@/components/Field';
import { Select } from '@/components/Select';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard, Reason } from '@/components/States';
import { toast } from '@/components/Toast';
import { type Model, type ModelVersionDetail, useMoveAlias } from '@/lib/queries/models';
import { type Promotion, promotionQuery } from '@/lib/queries/registry';
import { Checks } from './Checks';

type Props = { model: Model; version: ModelVersionDetail; onClose: () => void };

const LEAST = 3;

/** Moves an alias to a version. What the gate says stands here before anybody presses. */
export function PromoteDialog({ model, version, onClose }: Props) {
  const { t } = useLingui();
  const move = useMoveAlias(model.id);
  const [name, setName] = useState('champion');
  const [reason, setReason] = useState('');
  const [override, setOverride] = useState('');
  const promotion = useQuery(promotionQuery(version.id, name));
  const current = model.aliases.find((alias) => alias.name === name);
  const said = promotion.data;
  const stopped = said !== undefined && !said.passed;
  const ready =
    said !== undefined &&
    current?.version_id !== version.id &&
    reason.trim().length >= LEAST &&
    (!stopped || (said.may_override && override.trim().length >= LEAST));
  const submit = (): void =>
    move.mutate(
      {
        name,
        version: version.id,
        reason: reason.trim(),
        revision: current?.revision ?? 0,
        ...(stopped ? { override: override.trim() } : {}),
      },
      {
        onSuccess: () => {
          toast({ title: t`${name} is now v${version.seq}` });
          onClose();
        },
      },
    );
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Move an alias to v${version.seq}`}
      description={current ? t`It is on v${current.seq} now.` : t`It is on no version now.`}
      footer={
        <Button
          tone={stopped ? 'danger' : 'primary'}
          onClick={submit}
          busy={move.isPending}
          disabled={!ready}
        >
          {stopped ? <Trans>Override the gate and move</Trans> : <Trans>Move</Trans>}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label={t`Alias`}>
          <Select value={name} onChange={setName} options={useAliasOptions(model)} />
        </Field>
        {promotion.error ? (
          <ErrorCard
            error={promotion.error}
            what={t`What the gate says`}
            onRetry={() => void promotion.refetch()}
          />
        ) : (
          <GateSays promotion={said} />
        )}
        {stopped && said.may_override && (
          <Field
            label={t`Why is the gate overridden?`}
            hint={t`Kept with the move and in the audit.`}
          >
            <Input value={override} onChange={(event) => setOverride(event.target.value)} />
          </Field>
        )}
        <Field
          label={t`Why?`}
          hint={t`Kept for good.`}
          error={move.error && <Reason error={move.error} />}
        >
          <Input value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
      </div>
    </Dialog>
  );
}

function useAliasOptions(model: Model) {
  const { t } = useLingui();
  const others = model.aliases.filter(({ name }) => name !== 'champion' && name !== 'challenger');
  return [
    { value: 'champion', label: 'champion', note: t`What scoring serves` },
    { value: 'challenger', label: 'challenger', note: t`What is to be compared with it` },
    ...others.map(({ name, seq }) => ({ value: name, label: name, note: `v${seq}` })),
  ];
}

function GateSays({ promotion }: { promotion: Promotion | undefined }) {
  if (!promotion) return <Skeleton className="h-40" />;
  if (!promotion.gated) {
    return (
      <p className="text-12 text-text-2">
        <Trans>This alias is not behind the promotion gate.</Trans>
      </p>
    );
  }
  return (
    <div className="flex flex-col gap-2">
      <Checks promotion={promotion} />
      {!promotion.passed && (
        <p role="status" className="text-12 text-warn">
          {promotion.may_override ? (
            <Trans>The gate refuses. You may override it, with a reason.</Trans>
          ) : (
            <Trans>
              The gate refuses. Only an administrator or the model’s owner may override it.
            </Trans>
          )}
        </p>
      )}
    </div>
  );
}
