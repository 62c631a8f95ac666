import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field, Input, TextArea } from '@/components/Field';
import { Reason } from '@/components/States';
import { formatInteger } from '@/lib/format';
import { fieldErrors } from '@/lib/problem';
import { coverageQuery, type Dataset } from '@/lib/queries/datasets';
import { useCreateUniverse } from '@/lib/queries/universes';

/** A universe of the dataset's instruments, or some of them; then on to Simulate with it. */
export function NewUniverse({ dataset, onClose }: { dataset: Dataset; onClose: () => void }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const create = useCreateUniverse();
  const coverage = useQuery(coverageQuery(dataset.id));
  const all = (coverage.data?.items ?? []).map((item) => item.entity).join('\n');
  const [name, setName] = useState(dataset.name);
  const [typed, setTyped] = useState<string | null>(null);
  const instruments = (typed ?? all).split(/[\s,;]+/).filter(Boolean);
  const errors = fieldErrors(create.error);
  const submit = (): void =>
    create.mutate(
      { name: name.trim(), description: '', spec: { instruments } },
      {
        onSuccess: (made) => {
          onClose();
          void navigate({ to: '/simulate', search: { universe: made.id } });
        },
      },
    );
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`New universe`}
      description={t`Which instruments a simulation may hold.`}
      footer={
        <>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button
            tone="primary"
            onClick={submit}
            busy={create.isPending}
            disabled={!name.trim() || instruments.length === 0}
          >
            <Trans>Create and simulate</Trans>
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {create.error && (
          <p role="alert" className="text-12 text-loss">
            <Reason error={create.error} />
          </p>
        )}
        <Field label={t`Name`} error={errors.name}>
          <Input value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field
          label={t`Instruments`}
          hint={t`${formatInteger(instruments.length)} instruments, one on each line`}
          error={errors.instruments}
        >
          <TextArea
            value={typed ?? all}
            onChange={(event) => setTyped(event.target.value)}
            rows={10}
            className="font-mono text-12"
          />
        </Field>
      </div>
    </Dialog>
  );
}
