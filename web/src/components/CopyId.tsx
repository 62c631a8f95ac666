import { useLingui } from '@lingui/react/macro';
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Tooltip } from '@/components/Tooltip';
import { shortId } from '@/lib/format';

/** An id or digest, short, in mono, copied whole by a click: `<CopyId id={job.id} prefix="job_" />`. */
export function CopyId({ id, prefix = '', full }: { id: string; prefix?: string; full?: boolean }) {
  const { t } = useLingui();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (): void => {
    navigator.clipboard?.writeText(id).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  const text = full ? id : `${prefix}${shortId(id)}`;
  return (
    <Tooltip text={copied ? t`Copied` : t`Copy ${id}`}>
      <button
        type="button"
        onClick={copy}
        className="inline-flex min-h-6 items-center gap-1 rounded-sm font-mono text-11 text-text-2 hover:text-text"
      >
        <span className="break-all">{text}</span>
        {copied ? (
          <Check className="size-3 text-gain" aria-hidden />
        ) : (
          <Copy className="size-3" aria-hidden />
        )}
        <span className="sr-only">{copied ? t`Copied` : t`Copy`}</span>
      </button>
    </Tooltip>
  );
}

/** Text to be read exactly: an expression, a log, a specification. */
export function Code({ children, wrap }: { children: string; wrap?: boolean }) {
  return (
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className={`overflow-auto rounded-md border border-line bg-bg p-2.5 font-mono text-11 text-text ${wrap ? 'break-words whitespace-pre-wrap' : ''}`}
    >
      {children}
    </pre>
  );
}
