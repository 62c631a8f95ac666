import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field } from '@/components/Field';
import { NumberField } from '@/components/NumberField';
import { Reason } from '@/components/States';
import { Switch } from '@/components/Switch';
import { toast } from '@/components/Toast';
import type { Model } from '@/lib/queries/models';
import { type Monitor, type Policy, usePutMonitor } from '@/lib/queries/monitors';
import { isComplete, USUAL, whole } from './policyDraft';

type Props = {
  model: Model;
  alias: string;
  monitor: Monitor | undefined;
  onClose: () => void;
};

/** The policy of an alias: when it is checked, what is an alert, when it is trained anew and too old. */
export function PolicyDialog({ model, alias, monitor, onClose }: Props) {
  const { t } = useLingui();
  const put = usePutMonitor(model.id);
  const [policy, setPolicy] = useState<Policy>(monitor ? whole(monitor.policy) : USUAL);
  const set = (change: Partial<Policy>): void => setPolicy((before) => ({ ...before, ...change }));
  const submit = (): void =>
    put.mutate(
      { alias, policy, revision: monitor?.revision ?? 0 },
      {
        onSuccess: () => {
          toast({ title: t`${alias} is watched` });
          onClose();
        },
      },
    );
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={t`Watch ${alias}`}
      description={t`Checks and trainings run with your rights. An empty bound is not looked at.`}
      footer={
        <Button tone="primary" onClick={submit} busy={put.isPending} disabled={!isComplete(policy)}>
          <Trans>Save</Trans>
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        {put.error && (
          <p role="alert" className="text-12 text-loss">
            <Reason error={put.error} />
          </p>
        )}
        <Checks policy={policy} set={set} />
        <Consequences policy={policy} set={set} />
      </div>
    </Dialog>
  );
}

type PartProps = { policy: Policy; set: (change: Partial<Policy>) => void };

function Checks({ policy, set }: PartProps) {
  const { t } = useLingui();
  return (
    <fieldset className="grid grid-cols-2 gap-3 sm:grid-cols-3">
      <legend className="pb-2 text-13 font-semibold">
        <Trans>Checks and alerts</Trans>
      </legend>
      <Whole label={t`Check every`} unit={t`days`} name="check_days" policy={policy} set={set} />
      <Whole label={t`Newest bars`} unit={t`bars`} name="recent_bars" policy={policy} set={set} />
      <Bound label={t`Feature PSI from`} name="feature_psi" policy={policy} set={set} />
      <Bound label={t`Score PSI from`} name="score_psi" policy={policy} set={set} />
      <Bound label={t`Score KS from`} name="score_ks" policy={policy} set={set} />
      <Bound label={t`More missing from`} name="missing" policy={policy} set={set} />
      <Bound
        label={t`Live rank IC below`}
        name="live_rank_ic"
        policy={policy}
        set={set}
        least={-1}
      />
      <Whole
        label={t`Bars a judgement needs`}
        unit={t`bars`}
        name="least_bars"
        policy={policy}
        set={set}
      />
      <Bound label={t`Promotion by luck, at most`} name="level" policy={policy} set={set} />
    </fieldset>
  );
}

function Consequences({ policy, set }: PartProps) {
  const { t } = useLingui();
  return (
    <fieldset className="grid grid-cols-2 gap-3 sm:grid-cols-3">
      <legend className="pb-2 text-13 font-semibold">
        <Trans>Training anew and age</Trans>
      </legend>
      <Whole label={t`Train every`} unit={t`days`} name="retrain_days" policy={policy} set={set} />
      <Whole label={t`But rest for`} unit={t`days`} name="rest_days" policy={policy} set={set} />
      <Bound
        label={t`Drift from this share of features`}
        name="feature_share"
        policy={policy}
        set={set}
      />
      <Whole
        label={t`Too old after`}
        unit={t`days`}
        name="expires_days"
        policy={policy}
        set={set}
      />
      <Switch
        label={t`Train after drift`}
        checked={policy.retrain_on_drift}
        onChange={(retrain_on_drift) => set({ retrain_on_drift })}
      />
      <Switch
        label={t`Refuse what is too old`}
        hint={t`Else scoring answers and says so.`}
        checked={policy.refuse_expired}
        onChange={(refuse_expired) => set({ refuse_expired })}
        disabled={policy.expires_days === null}
      />
    </fieldset>
  );
}

type NumberProps = PartProps & {
  label: string;
  name: Exclude<keyof Policy, 'retrain_on_drift' | 'refuse_expired'>;
};

function Whole({ label, unit, name, policy, set }: NumberProps & { unit: string }) {
  return (
    <Field label={label}>
      <NumberField
        value={policy[name]}
        onChange={(value) => set({ [name]: value, ...offIfEmpty(name, value) })}
        min={name === 'rest_days' ? 0 : 1}
        unit={unit}
        digits={0}
      />
    </Field>
  );
}

function Bound({ label, name, policy, set, least = 0 }: NumberProps & { least?: number }) {
  return (
    <Field label={label}>
      <NumberField
        value={policy[name]}
        onChange={(value) => set({ [name]: value })}
        min={least}
        step={0.05}
        digits={4}
      />
    </Field>
  );
}

/** Without an age there is nothing to refuse. */
function offIfEmpty(name: string, value: number | null): Partial<Policy> {
  return name === 'expires_days' && value === null ? { refuse_expired: false } : {};
}
