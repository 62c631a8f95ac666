import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { Dialog } from '@/components/Dialog';
import { Field, Input } from '@/components/Field';
import { Select } from '@/components/Select';
import { Reason } from '@/components/States';
import { toast } from '@/components/Toast';
import { formatAgo } from '@/lib/format';
import {
  aliasEventsQuery,
  type Model,
  type ModelVersionDetail,
  useMoveAlias,
} from '@/lib/queries/models';

type Props = { model: Model; version: ModelVersionDetail };

/** Which version carries which name, who moved it last and why. */
export function Aliases({ model, version }: Props) {
  const { t } = useLingui();
  const [moving, setMoving] = useState(false);
  return (
    <Card
      title={t`Aliases`}
      className="shrink-0"
      actions={
        <Button small onClick={() => setMoving(true)}>
          <Trans>Move to v{version.seq}</Trans>
        </Button>
      }
    >
      {model.aliases.length === 0 && (
        <p className="text-12 text-text-2">
          <Trans>None yet. The champion is the version that scoring serves.</Trans>
        </p>
      )}
      <ul className="flex flex-col gap-2">
        {model.aliases.map((alias) => (
          <li key={alias.name} className="text-12">
            <Badge tone="accent">{`${alias.name} v${alias.seq}`}</Badge>
            <LastEvent modelId={model.id} name={alias.name} />
          </li>
        ))}
      </ul>
      {moving && <Move model={model} version={version} onClose={() => setMoving(false)} />}
    </Card>
  );
}

function LastEvent({ modelId, name }: { modelId: string; name: string }) {
  const { data } = useQuery(aliasEventsQuery(modelId, name));
  const last = data?.items[0];
  if (!last) return null;
  return (
    <p className="pt-0.5 text-text-2">
      {last.reason}{' '}
      <span className="text-text-3">
        {last.account.name}, {formatAgo(last.at)}
      </span>
    </p>
  );
}

function Move({ model, version, onClose }: Props & { onClose: () => void }) {
  const { t } = useLingui();
  const move = useMoveAlias(model.id);
  const [name, setName] = useState('champion');
  const [reason, setReason] = useState('');
  const current = model.aliases.find((alias) => alias.name === name);
  const submit = (): void =>
    move.mutate(
      { name, version: version.id, reason: reason.trim(), revision: current?.revision ?? null },
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
          tone="primary"
          onClick={submit}
          busy={move.isPending}
          disabled={reason.trim().length < 3}
        >
          <Trans>Move</Trans>
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label={t`Alias`}>
          <Select
            value={name}
            onChange={setName}
            options={[
              { value: 'champion', label: 'champion', note: t`What scoring serves` },
              { value: 'challenger', label: 'challenger', note: t`What is to be compared with it` },
            ]}
          />
        </Field>
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
