import type { ReactNode } from 'react';
import type { Bin } from '@/charts/data';
import { Tooltip } from '@/components/Tooltip';
import { cx } from '@/lib/classes';

type HistogramProps = {
  label: string;
  bins: Bin[];
  format: (value: number) => string;
  height?: number;
  /** A value whose place among the others is marked. */
  mark?: number | null;
};

/** A distribution: `<Histogram label={t`Distribution`} bins={histogram(values)} format={formatNumber} />`. */
export function Histogram({ label, bins, format, height = 96, mark }: HistogramProps) {
  const most = Math.max(1, ...bins.map((bin) => bin.count));
  const width = 100 / Math.max(1, bins.length);
  const [first, last] = [bins[0], bins.at(-1)];
  const place =
    mark === undefined || mark === null || !first || !last
      ? null
      : Math.max(0.4, Math.min(99.6, ((mark - first.low) / (last.high - first.low || 1)) * 100));
  return (
    <figure>
      <svg
        role="img"
        aria-label={label}
        viewBox="0 0 100 100"
        preserveAspectRatio="none"
        width="100%"
        height={height}
      >
        {bins.map((bin, index) => (
          <rect
            key={bin.low}
            x={index * width}
            width={width * 0.86}
            y={100 - (bin.count / most) * 100}
            height={(bin.count / most) * 100}
            fill={place === null ? 'var(--chart-line)' : 'var(--chart-benchmark)'}
          >
            <title>{`${format(bin.low)} – ${format(bin.high)}: ${bin.count}`}</title>
          </rect>
        ))}
        {place !== null && (
          <line
            x1={place}
            x2={place}
            y1={0}
            y2={100}
            stroke="var(--chart-line)"
            strokeWidth="2"
            vectorEffect="non-scaling-stroke"
          />
        )}
      </svg>
      <figcaption className="flex justify-between text-11 text-text-3 tabular">
        <span>{first ? format(first.low) : ''}</span>
        <span>{last ? format(last.high) : ''}</span>
      </figcaption>
    </figure>
  );
}

export type BarItem = {
  key: string;
  label: ReactNode;
  value: number;
  /** Half the width of the interval around the value. */
  error?: number | null;
  /** What is written at the right. */
  text: string;
  note?: string;
};

/**
 * Named values about zero, each with its interval: importances, seeds, folds, months.
 * `<BarList label={t`Importance`} items={[{ key: 'mom', label: 'momentum', value: 0.2, text: '20.0%' }]} />`
 */
export function BarList({
  label,
  items,
  signed,
}: {
  label: string;
  items: BarItem[];
  signed?: boolean;
}) {
  const reach = Math.max(1e-12, ...items.map((item) => Math.abs(item.value) + (item.error ?? 0)));
  const place = (value: number): number =>
    signed ? 50 + (value / reach) * 50 : (value / reach) * 100;
  return (
    <ul aria-label={label} className="flex flex-col gap-0.5 text-12">
      {items.map((item) => (
        <li
          key={item.key}
          className="grid grid-cols-[minmax(72px,2fr)_3fr_minmax(56px,auto)] items-center gap-3"
        >
          <span className="truncate text-text-2">{item.label}</span>
          <Tooltip text={item.note ?? item.text}>
            <span className="relative block h-5">
              {signed && <span className="absolute inset-y-0 left-1/2 w-px bg-line-strong" />}
              <span
                className={cx(
                  'absolute top-1.5 h-2 rounded-sm',
                  signed ? (item.value < 0 ? 'bg-loss-fill' : 'bg-gain-fill') : 'bg-accent',
                )}
                style={{
                  left: `${Math.min(place(0), place(item.value))}%`,
                  width: `${Math.max(0.6, Math.abs(place(item.value) - place(0)))}%`,
                }}
              />
              {item.error ? (
                <span
                  className="absolute top-2.5 h-px bg-text-2"
                  style={{
                    left: `${place(item.value - item.error)}%`,
                    width: `${place(item.value + item.error) - place(item.value - item.error)}%`,
                  }}
                />
              ) : null}
            </span>
          </Tooltip>
          <span className="text-right tabular">{item.text}</span>
        </li>
      ))}
    </ul>
  );
}

/** A line the size of a word: `<Sparkline label={t`Equity`} values={equity} />`. */
export function Sparkline({ label, values }: { label: string; values: (number | null)[] }) {
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return <span className="text-text-3">–</span>;
  const low = Math.min(...known);
  const reach = Math.max(...known) - low || 1;
  const path = known
    .map((value, i) => `${(i / (known.length - 1)) * 96 + 2},${22 - ((value - low) / reach) * 20}`)
    .join(' ');
  return (
    <svg role="img" aria-label={label} viewBox="0 0 100 24" width="100" height="24">
      <polyline
        points={path}
        fill="none"
        stroke="var(--chart-line)"
        strokeWidth="1.4"
        strokeLinejoin="round"
      />
    </svg>
  );
}
