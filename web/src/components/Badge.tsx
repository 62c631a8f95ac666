import { useLingui } from '@lingui/react/macro';
import { Check, CircleDashed, CircleSlash, Clock, Loader2, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from '@/lib/classes';

export type BadgeTone = 'neutral' | 'good' | 'bad' | 'warn' | 'info' | 'accent';

const TONES: Record<BadgeTone, string> = {
  neutral: 'bg-surface-2 text-text-2',
  good: 'bg-gain/10 text-gain',
  bad: 'bg-loss/10 text-loss',
  warn: 'bg-warn/10 text-warn',
  info: 'bg-info/10 text-info',
  accent: 'bg-accent-soft text-accent-text',
};

/** `<Badge tone="warn">biased universe</Badge>` */
export function Badge({
  tone = 'neutral',
  icon,
  children,
}: {
  tone?: BadgeTone;
  icon?: ReactNode;
  children: ReactNode;
}) {
  return (
    <span
      className={cx(
        'inline-flex h-5 max-w-full items-center gap-1 rounded-full px-2 text-11 font-medium whitespace-nowrap [&_svg]:size-3 [&_svg]:shrink-0',
        TONES[tone],
      )}
    >
      {icon}
      <span className="truncate">{children}</span>
    </span>
  );
}

export type JobState = 'waiting' | 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

/** The state of a job or of what it made: `<StatusBadge state={job.state} />`. */
export function StatusBadge({ state }: { state: JobState }) {
  const { t } = useLingui();
  switch (state) {
    case 'done':
      return <Badge tone="good" icon={<Check aria-hidden />}>{t`Done`}</Badge>;
    case 'failed':
      return <Badge tone="bad" icon={<X aria-hidden />}>{t`Failed`}</Badge>;
    case 'running':
      return (
        <Badge tone="accent" icon={<Loader2 className="animate-spin" aria-hidden />}>
          {t`Running`}
        </Badge>
      );
    case 'queued':
      return <Badge tone="info" icon={<Clock aria-hidden />}>{t`Queued`}</Badge>;
    case 'cancelled':
      return <Badge icon={<CircleSlash aria-hidden />}>{t`Cancelled`}</Badge>;
    default:
      return <Badge icon={<CircleDashed aria-hidden />}>{t`Waiting`}</Badge>;
  }
}
