import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field, Input } from '@/components/Field';
import { Select } from '@/components/Select';
import { Reason } from '@/components/States';
import type { Schema } from '@/lib/client';
import { fieldErrors } from '@/lib/problem';
import { useCreateDataset } from '@/lib/queries/datasets';
import { DATASET_HINTS, DATASET_KINDS, word } from '@/lib/words';

type Kind = Schema<'DatasetRead'>['kind'];
type Rule = 'bar_close' | 'column' | 'local_time';

/** Name, kind, calendar and the rule of known time: what a dataset cannot do without. */
export function NewDataset({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const create = useCreateDataset();
  const [name, setName] = useState('');
  const [kind, setKind] = useState<Kind>('bars');
  const [rule, setRule] = useState<Rule>('bar_close');
  const [column, setColumn] = useState('available_at');
  const [days, setDays] = useState('1');
  const [time, setTime] = useState('08:30');
  const [zone, setZone] = useState('America/New_York');
  const [calendar, setCalendar] = useState('XNYS');
  const [tried, setTried] = useState(false);
  const errors = fieldErrors(create.error);

  const known: Schema<'DatasetCreate'>['known_rule'] =
    rule === 'bar_close'
      ? { rule }
      : rule === 'column'
        ? { rule, column }
        : { rule, days: Number(days) || 0, time, timezone: zone };

  const submit = (): void => {
    setTried(true);
    if (!name.trim()) return;
    const bars = kind === 'bars';
    create.mutate(
      {
        name: name.trim(),
        kind,
        known_rule: known,
        calendar: calendar.trim() || null,
        ...(bars ? { frequency: 'day', timezone: zone } : {}),
      } as Schema<'DatasetCreate'>,
      {
        onSuccess: (made) => {
          onClose();
          void navigate({ to: '/data/$datasetId', params: { datasetId: made.id } });
        },
      },
    );
  };

  return (
    <Dialog
      open
      onClose={onClose}
      title={t`New dataset`}
      description={t`Files are added on its page.`}
      footer={
        <>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button tone="primary" onClick={submit} busy={create.isPending}>
            <Trans>Create</Trans>
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field
          label={t`Name`}
          error={errors.name ?? (tried && !name.trim() ? t`Give it a name.` : undefined)}
        >
          <Input value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t`Kind`}>
          <Select
            value={kind}
            onChange={(next) => {
              setKind(next);
              setRule(next === 'bars' || next === 'actions' ? 'bar_close' : 'column');
            }}
            options={(Object.keys(DATASET_KINDS) as Kind[]).map((key) => ({
              value: key,
              label: word(i18n, DATASET_KINDS, key),
              note: word(i18n, DATASET_HINTS, key),
            }))}
          />
        </Field>
        <Field
          label={t`When could a row first be known?`}
          hint={t`Nothing is ever used before this time. There is no default.`}
          error={errors.known_rule}
        >
          <Select
            value={rule}
            onChange={setRule}
            options={[
              { value: 'bar_close', label: t`At the close of its bar` },
              { value: 'column', label: t`The file says it, in a column` },
              { value: 'local_time', label: t`Some days later, at a time of day` },
            ]}
          />
        </Field>
        {rule === 'column' && (
          <Field label={t`Column`}>
            <Input value={column} onChange={(event) => setColumn(event.target.value)} />
          </Field>
        )}
        {rule === 'local_time' && (
          <div className="grid grid-cols-2 gap-3">
            <Field label={t`Days after`}>
              <Input
                inputMode="numeric"
                value={days}
                onChange={(event) => setDays(event.target.value)}
              />
            </Field>
            <Field label={t`Time of day`} error={errors.time}>
              <Input value={time} onChange={(event) => setTime(event.target.value)} />
            </Field>
          </div>
        )}
        <div className="grid grid-cols-2 gap-3">
          <Field
            label={t`Calendar`}
            hint={t`An exchange such as XNYS, or 24/7`}
            error={errors.calendar}
          >
            <Input value={calendar} onChange={(event) => setCalendar(event.target.value)} />
          </Field>
          <Field label={t`Time zone`} error={errors.timezone}>
            <Input value={zone} onChange={(event) => setZone(event.target.value)} />
          </Field>
        </div>
        {create.error && (
          <p role="alert" className="text-12 text-loss">
            <Reason error={create.error} />
          </p>
        )}
      </div>
    </Dialog>
  );
}
