import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { FileUp } from 'lucide-react';
import { type DragEvent, useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field, Input } from '@/components/Field';
import { Reason } from '@/components/States';
import { cx } from '@/lib/classes';
import { formatBytes } from '@/lib/format';
import { ProblemError } from '@/lib/problem';
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
        <Drop file={file} onFile={choose} />
        {upload.error && <Faults error={upload.error} />}
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

function Drop({ file, onFile }: { file: File | null; onFile: (file: File | undefined) => void }) {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    onFile(event.dataTransfer.files[0]);
  };
  return (
    <label
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cx(
        'flex cursor-pointer flex-col items-center gap-1 rounded-lg border border-line-strong border-dashed p-6 text-center focus-within:outline-2 focus-within:outline-focus hover:bg-hover',
        over && 'bg-accent-soft',
      )}
    >
      <FileUp className="size-6 text-text-3" aria-hidden />
      <span className="text-13 font-medium">
        {file ? (
          `${file.name} · ${formatBytes(file.size)}`
        ) : (
          <Trans>Choose a file or drop it here</Trans>
        )}
      </span>
      <span className="text-11 text-text-3">CSV, TXT, Parquet, Arrow</span>
      <input
        type="file"
        accept=".csv,.txt,.tsv,.parquet,.arrow,.feather"
        className="sr-only"
        onChange={(event) => onFile(event.target.files?.[0])}
      />
    </label>
  );
}

function Faults({ error }: { error: unknown }) {
  const faults = error instanceof ProblemError ? (error.problem.errors ?? []) : [];
  return (
    <div role="alert" className="rounded-md border border-loss p-3 text-12">
      <p className="font-medium text-loss">
        <Trans>The file was refused. Nothing of it was kept.</Trans>
      </p>
      <p className="text-text-2">
        <Reason error={error} />
      </p>
      {faults.map((fault) => (
        <p key={`${fault.pointer}${fault.detail}`} className="text-text-2">
          {fault.pointer && <code className="font-mono text-11">{fault.pointer}</code>}{' '}
          {fault.detail}
        </p>
      ))}
    </div>
  );
}
