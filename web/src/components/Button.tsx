import { Loader2 } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { Tooltip } from '@/components/Tooltip';
import { cx } from '@/lib/classes';

type Tone = 'primary' | 'secondary' | 'quiet' | 'danger';

const TONES: Record<Tone, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover border-transparent',
  secondary: 'bg-surface text-text border-line hover:bg-hover hover:border-line-strong',
  quiet: 'bg-transparent text-text-2 border-transparent hover:bg-surface-2 hover:text-text',
  danger: 'bg-surface text-loss border-line hover:bg-hover hover:border-loss',
};

/** The shape of a button, for links that look like one: `<Link className={buttonClass('primary')}>`. */
export function buttonClass(tone: Tone = 'secondary', small = false): string {
  return cx(
    'inline-flex shrink-0 items-center justify-center gap-2 rounded-md border font-medium whitespace-nowrap transition-colors select-none disabled:pointer-events-none disabled:opacity-50',
    small ? 'h-7 px-2.5 text-12' : 'h-8 px-3 text-13',
    TONES[tone],
  );
}

type ButtonProps = Omit<ComponentProps<'button'>, 'children'> & {
  tone?: Tone;
  small?: boolean;
  icon?: ReactNode;
  busy?: boolean;
  children: ReactNode;
};

/** `<Button tone="primary" icon={<Play />} busy={mutation.isPending}>Simulate</Button>` */
export function Button({ tone, small, icon, busy, children, className, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled || busy}
      aria-busy={busy || undefined}
      className={cx(buttonClass(tone, small), '[&_svg]:size-3.5', className)}
    >
      {busy ? <Loader2 className="animate-spin" aria-hidden /> : icon}
      {children}
    </button>
  );
}

type IconButtonProps = Omit<ComponentProps<'button'>, 'children'> & {
  label: string;
  children: ReactNode;
};

/** `<IconButton label={t`Copy`} onClick={copy}><Copy /></IconButton>`; the label is its tooltip too. */
export function IconButton({ label, children, className, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <button
        type="button"
        aria-label={label}
        {...rest}
        className={cx(
          'inline-flex size-8 shrink-0 items-center justify-center rounded-md text-text-2 transition-colors hover:bg-surface-2 hover:text-text disabled:opacity-50 [&_svg]:size-4',
          className,
        )}
      >
        {children}
      </button>
    </Tooltip>
  );
}
