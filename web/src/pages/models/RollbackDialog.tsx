import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field, Input } from '@/components/Field';
import { Skeleton } from '@/components/Skeleton';
import { Reason } from '@/components/States';
import { toast } from '@/components/Toast';
import { cx } from '@/lib/classes';
import { formatAgo, NONE } from '@/lib/format';
import { type Rollback, rollbackQuery, useRollBack } from '@/lib/queries/registry';
import { PIN_ROLES, word } from '@/lib/words';
import { RankICText } from './evidence';

type Props = { modelId: string; name: string; onClose: () => void };

/** Puts an alias back on the version before; shows all that moves with it. */
export function RollbackDialog({ modelId, name, onClose }: Props) {
  const { t } = useLingui();
  const found = useQuery(rollbackQuery(modelId, name));
  const roll = useRollBack(modelId);
  const [reason, setReason] = useState('');
  const { data } = found;
  const submit = (): void => {
    if (!data) return;
    roll.mutate(
      { name, revision: data.revision, reason: reason.trim() },
      {
        onSuccess: (alias) => {
          toast({ title: t`${name} is back on v${alias.seq}` });
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={data ? t`Roll ${name} back to v${data.back.seq}` : t`Roll ${name} back`}
      description={t`Model, features and data move together; scoring follows within seconds.`}
      footer={
        data !== null && (
          <Button
            tone="primary"
            onClick={submit}
            busy={roll.isPending}
            disabled={!data || reason.trim().length < 3}
          >
            <Trans>Roll back</Trans>
          </Button>
        )
      }
    >
      {found.error ? (
        <p role="alert" className="text-13 text-text-2">
          <Reason error={found.error} />
        </p>
      ) : data === null ? (
        <p className="text-13 text-text-2">
          <Trans>There is no earlier version to go back to. Move the alias to another one.</Trans>
        </p>
      ) : (
        <div className="flex flex-col gap-4">
          {data ? <Moves rollback={data} /> : <Skeleton className="h-40" />}
          <Field
            label={t`Why?`}
            hint={t`Kept for good.`}
            error={roll.error && <Reason error={roll.error} />}
          >
            <Input value={reason} onChange={(event) => setReason(event.target.value)} />
          </Field>
        </div>
      )}
    </Dialog>
  );
}

function Moves({ rollback }: { rollback: Rollback }) {
  const { t, i18n } = useLingui();
  const { now, back } = rollback;
  const named = [...rollback.pins_now, ...rollback.pins_back].filter((pin) => pin.name !== null);
  const roles = [...new Set(named.map((pin) => pin.role))];
  const of = (pins: Rollback['pins_now'], role: string): string => {
    const pin = pins.find((one) => one.role === role);
    return pin ? `${pin.name} v${pin.seq}` : NONE;
  };
  return (
    <>
      <p className="text-12 text-text-2">
        <Trans>
          Takes back the move of {rollback.moved_by.name}, {formatAgo(rollback.moved_at)}: “
          {rollback.moved_why}”
        </Trans>
      </p>
      <table className="w-full text-12 tabular" aria-label={t`What moves`}>
        <thead className="text-left text-text-3">
          <tr>
            <td />
            <th scope="col" className="py-1 font-normal">
              <Trans>Now</Trans>
            </th>
            <th scope="col" className="py-1 font-normal">
              <Trans>After</Trans>
            </th>
          </tr>
        </thead>
        <tbody>
          <Line name={t`Version`} now={`v${now.seq}`} back={`v${back.seq}`} />
          <tr className="border-line-soft border-t">
            <th scope="row" className="py-1 text-left font-normal text-text-3">
              <Trans>Rank IC ± se</Trans>
            </th>
            <td>
              <RankICText ic={now.rank_ic} />
            </td>
            <td>
              <RankICText ic={back.rank_ic} />
            </td>
          </tr>
          {roles.map((role) => (
            <Line
              key={role}
              name={word(i18n, PIN_ROLES, role)}
              now={of(rollback.pins_now, role)}
              back={of(rollback.pins_back, role)}
            />
          ))}
        </tbody>
      </table>
    </>
  );
}

function Line({ name, now, back }: { name: string; now: string; back: string }) {
  return (
    <tr className="border-line-soft border-t">
      <th scope="row" className="py-1 text-left font-normal text-text-3">
        {name}
      </th>
      <td>{now}</td>
      <td className={cx(now !== back && 'font-medium text-accent-text')}>{back}</td>
    </tr>
  );
}
