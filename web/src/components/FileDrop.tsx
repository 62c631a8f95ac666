import { Trans } from '@lingui/react/macro';
import { FileUp } from 'lucide-react';
import { type DragEvent, useState } from 'react';
import { Reason } from '@/components/States';
import { cx } from '@/lib/classes';
import { formatBytes } from '@/lib/format';
import { ProblemError } from '@/lib/problem';

type Props = {
  file: File | null;
  onFile: (file: File | undefined) => void;
  accept: string;
  formats: string;
};

/** A place to drop a file on, or to choose one from. */
export function FileDrop({ file, onFile, accept, formats }: Props) {
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
      <span className="text-11 text-text-3">{formats}</span>
      <input
        type="file"
        accept={accept}
        className="sr-only"
        onChange={(event) => onFile(event.target.files?.[0])}
      />
    </label>
  );
}

/** Why a file was refused, place by place. */
export function FileFaults({ error }: { error: unknown }) {
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
