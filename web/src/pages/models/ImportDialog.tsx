import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { ComputeFirst } from '@/components/ComputeFirst';
import { Dialog } from '@/components/Dialog';
import { useChosenSet } from '@/components/FeaturesAndQuestion';
import { Field, Input } from '@/components/Field';
import { FileDrop, FileFaults } from '@/components/FileDrop';
import { Select } from '@/components/Select';
import { useImportBundle } from '@/lib/queries/bundles';
import { flat } from '@/lib/queries/keys';
import { modelsQuery } from '@/lib/queries/models';

const NEW = 'new';

/** A bundle of another installation, the features that it is scored on here, and where it goes. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const send = useImportBundle();
  const models = flat(useInfiniteQuery(modelsQuery()).data?.pages);
  const [file, setFile] = useState<File | null>(null);
  const [target, setTarget] = useState(NEW);
  const [name, setName] = useState('');
  const [setId, setSetId] = useState<string>();
  const set = useChosenSet(setId);
  const run = set.data?.computed?.run_id;
  const into = target === NEW ? name.trim() && { name: name.trim() } : { model: target };

  const choose = (next: File | undefined): void => {
    if (!next) return;
    send.reset();
    setFile(next);
    if (!name) setName(next.name.replace(/\.zip$/i, ''));
  };
  const start = (): void => {
    if (!file || !run || !into) return;
    send.mutate(
      { file, options: { features: run, ...into } },
      { onSuccess: (job) => void navigate({ to: '/jobs/$jobId', params: { jobId: job.id } }) },
    );
  };
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={t`Import a bundle`}
      description={t`A model that another installation trained. Nothing of it was measured here, so it comes without results and the promotion gate does not let it through by itself.`}
      footer={
        <>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button
            tone="primary"
            onClick={start}
            disabled={!(file && run && into)}
            busy={send.isPending}
          >
            <Trans>Import</Trans>
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <FileDrop
          file={file}
          onFile={choose}
          accept=".zip,application/zip"
          formats={t`A bundle of Kuznia, 64 MB at most`}
        />
        {send.error && <FileFaults error={send.error} />}
        <Field
          label={t`Feature set`}
          hint={t`The bundle's own: the same features in the same order. It is scored on their values.`}
        >
          <Select
            value={set.id ?? null}
            placeholder={t`Make one on the page of features`}
            options={set.sets.map((one) => ({ value: one.id, label: one.name }))}
            onChange={(id) => {
              send.reset();
              setSetId(id);
            }}
          />
        </Field>
        {set.id && set.data && !run && <ComputeFirst setId={set.id} />}
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label={t`Into`}>
            <Select
              value={target}
              options={[
                { value: NEW, label: t`A new model` },
                ...models.map((one) => ({ value: one.id, label: one.name })),
              ]}
              onChange={setTarget}
            />
          </Field>
          {target === NEW && (
            <Field label={t`Name`}>
              <Input
                value={name}
                maxLength={120}
                onChange={(event) => setName(event.target.value)}
              />
            </Field>
          )}
        </div>
      </div>
    </Dialog>
  );
}
