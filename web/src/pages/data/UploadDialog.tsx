import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field, Input } from '@/components/Field';
import { FileDrop, FileFaults } from '@/components/FileDrop';
import { type Dataset, type UploadOptions, useUpload } from '@/lib/queries/datasets';
import { Mapping } from './Mapping';
import { previewOf } from './preview';

/** A file, how to read it, and off it goes; the job's page then tells what became of each row. */
export function UploadDialog({ dataset, onClose }: { dataset: Dataset; onClose: () => void }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const upload = useUpload(dataset.id);
  const [file, setFile] = useState<File | null>(null);
  const [header, setHeader] = useState<string[]>([]);
  const [options, setOptions] = useState<UploadOptions>({});

  const choose = (next: File | undefined): void => {
    if (!next) return;
    setFile(next);
    setHeader([]);
    upload.reset();
    void previewOf(next).then(setHeader);
  };
  const send = (): void => {
    if (!file) return;
    upload.mutate(
      { file, options },
      { onSuccess: (job) => void navigate({ to: '/jobs/$jobId', params: { jobId: job.id } }) },
    );
  };
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={t`Upload a file`}
      description={t`Into ${dataset.name}. The current version stays as it is; this makes a new one.`}
      footer={
        <>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button tone="primary" onClick={send} disabled={!file} busy={upload.isPending}>
            <Trans>Upload</Trans>
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <FileDrop
          file={file}
          onFile={choose}
          accept=".csv,.txt,.tsv,.parquet,.arrow,.feather"
          formats="CSV, TXT, Parquet, Arrow"
        />
        {upload.error && <FileFaults error={upload.error} />}
        {header.length > 0 && (
          <Mapping kind={dataset.kind} header={header} options={options} onChange={setOptions} />
        )}
        {file && (
          <div className="grid gap-3 sm:grid-cols-3">
            <Field label={t`Instrument`} hint={t`If the file names none`}>
              <Input
                placeholder="XNAS:AAPL"
                value={options.symbol ?? ''}
                onChange={(event) => setOptions(withOption(options, 'symbol', event.target.value))}
              />
            </Field>
            <Field label={t`Exchange`} hint={t`Of symbols not known yet`}>
              <Input
                placeholder="XNAS"
                value={options.exchange ?? ''}
                onChange={(event) =>
                  setOptions(withOption(options, 'exchange', event.target.value))
                }
              />
            </Field>
            <Field label={t`Form of dates`} hint={t`For instance %d.%m.%Y; else found`}>
              <Input
                value={options.date_format ?? ''}
                onChange={(event) =>
                  setOptions(withOption(options, 'date_format', event.target.value))
                }
              />
            </Field>
          </div>
        )}
      </div>
    </Dialog>
  );
}

function withOption(
  options: UploadOptions,
  name: 'symbol' | 'exchange' | 'date_format',
  value: string,
): UploadOptions {
  const { [name]: _, ...rest } = options;
  return value.trim() ? { ...rest, [name]: value.trim() } : rest;
}
