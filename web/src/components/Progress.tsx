import { Progress as Base } from '@base-ui/react/progress';
import { formatPercent } from '@/lib/format';

/** `<Progress label={job.name} value={job.progress} />`, value from 0 to 1. */
export function Progress({
  label,
  value,
  text = true,
}: {
  label: string;
  value: number;
  text?: boolean;
}) {
  const percent = Math.max(0, Math.min(100, value * 100));
  return (
    <Base.Root value={percent} aria-label={label} className="flex items-center gap-2">
      <Base.Track className="h-1.5 min-w-16 flex-1 overflow-hidden rounded-full bg-surface-3">
        <Base.Indicator className="h-full rounded-full bg-accent transition-[width]" />
      </Base.Track>
      {text && (
        <span className="w-9 text-right text-11 text-text-2 tabular">
          {formatPercent(value, 0)}
        </span>
      )}
    </Base.Root>
  );
}
