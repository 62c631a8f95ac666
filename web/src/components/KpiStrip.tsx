import type { ReactNode } from 'react';
import { Skeleton } from '@/components/Skeleton';
import { Tooltip } from '@/components/Tooltip';
import { cx } from '@/lib/classes';

export type Kpi = {
  key: string;
  label: ReactNode;
  value: ReactNode;
  /** Benchmark, interval or trial count: no metric stands alone. */
  context?: ReactNode;
  tone?: string;
  help?: ReactNode;
};

/**
 * One row of figures; on a phone it wraps into columns of two.
 * `<KpiStrip items={[{ key: 'cagr', label: 'CAGR', value: '+11.77%', context: 'benchmark +9.21%', tone: toneOf(x) }]} />`
 */
export function KpiStrip({ items, label }: { items: Kpi[]; label: string }) {
  return (
    <section
      aria-label={label}
      className="grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line sm:grid-cols-4 xl:auto-cols-fr xl:grid-flow-col xl:grid-cols-none"
    >
      {items.map((item) => (
        <div key={item.key} className="min-w-0 bg-surface px-4 py-2.5">
          <KpiLabel item={item} />
          <div className={cx('truncate text-18 font-semibold tabular', item.tone)}>
            {item.value}
          </div>
          <div className="truncate text-11 text-text-2 tabular">{item.context ?? ' '}</div>
        </div>
      ))}
    </section>
  );
}

function KpiLabel({ item }: { item: Kpi }) {
  const text = <div className="truncate text-11 text-text-3">{item.label}</div>;
  if (!item.help) return text;
  return (
    <Tooltip text={item.help}>
      <button
        type="button"
        className="block max-w-full cursor-help truncate text-left text-11 text-text-3 underline decoration-line-strong decoration-dotted underline-offset-2"
      >
        {item.label}
      </button>
    </Tooltip>
  );
}

export function KpiStripSkeleton({ count = 8 }: { count?: number }) {
  return (
    <div className="grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line sm:grid-cols-4 xl:auto-cols-fr xl:grid-flow-col xl:grid-cols-none">
      {Array.from({ length: count }, (_, index) => `kpi${index}`).map((key) => (
        <div key={key} className="flex h-[78px] flex-col justify-center gap-1.5 bg-surface px-4">
          <Skeleton className="h-3 w-16" />
          <Skeleton className="h-5 w-20" />
          <Skeleton className="h-3 w-24" />
        </div>
      ))}
    </div>
  );
}
