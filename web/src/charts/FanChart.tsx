import { useId } from 'react';

export type Fan = {
  /** Position of each point on the horizontal axis, from 0 to 1. */
  at: number[];
  /** Quantiles from the lowest to the highest, each with a value a point. */
  quantiles: { level: number; values: (number | null)[] }[];
  /** What really happened, on the same points. */
  own?: (number | null)[];
};

type FanChartProps = {
  label: string;
  fan: Fan;
  format: (value: number) => string;
  /** What stands below the first and the last point. */
  from: string;
  to: string;
  height?: number;
};

const WIDTH = 600;

/** Where simulated paths lie: a band a pair of quantiles, the middle one drawn, the real path on top. */
export function FanChart({ label, fan, format, from, to, height = 200 }: FanChartProps) {
  const id = useId();
  const all = [...fan.quantiles.flatMap((one) => one.values), ...(fan.own ?? [])].filter(
    (value): value is number => value !== null && value > 0,
  );
  if (all.length === 0) return null;
  const [low, high] = [Math.log(Math.min(...all)), Math.log(Math.max(...all))];
  const x = (i: number): number => (fan.at[i] ?? 0) * WIDTH;
  const y = (value: number | null | undefined): number =>
    height - ((Math.log(Math.max(value ?? 0, Math.exp(low))) - low) / (high - low || 1)) * height;
  const line = (values: (number | null)[]): string =>
    values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const count = fan.quantiles.length;
  const bands = Array.from({ length: Math.floor(count / 2) }, (_, i) => i);
  const middle = count % 2 === 1 ? fan.quantiles[(count - 1) / 2] : undefined;
  const levels = [Math.exp(low), Math.exp((low + high) / 2), Math.exp(high)];
  return (
    <figure className="flex flex-col gap-1" aria-labelledby={id}>
      <div className="flex gap-2">
        <svg
          role="img"
          aria-label={label}
          viewBox={`0 0 ${WIDTH} ${height}`}
          preserveAspectRatio="none"
          className="min-w-0 flex-1"
          height={height}
        >
          {levels.map((level) => (
            <line
              key={level}
              x1={0}
              x2={WIDTH}
              y1={y(level)}
              y2={y(level)}
              stroke="var(--chart-grid)"
              vectorEffect="non-scaling-stroke"
            />
          ))}
          {bands.map((i) => {
            const lower = fan.quantiles[i];
            const upper = fan.quantiles[count - 1 - i];
            if (!lower || !upper) return null;
            const back = upper.values.map((value, k) => `${x(k)},${y(value)}`).toReversed();
            return (
              <polygon
                key={lower.level}
                points={`${line(lower.values)} ${back.join(' ')}`}
                fill="var(--chart-line)"
                fillOpacity={0.14 + i * 0.1}
              />
            );
          })}
          {middle && (
            <polyline
              points={line(middle.values)}
              fill="none"
              stroke="var(--chart-benchmark)"
              strokeWidth="1.4"
              strokeDasharray="4 3"
              vectorEffect="non-scaling-stroke"
            />
          )}
          {fan.own && (
            <polyline
              points={line(fan.own)}
              fill="none"
              stroke="var(--chart-line)"
              strokeWidth="2"
              vectorEffect="non-scaling-stroke"
            />
          )}
        </svg>
        <span className="flex flex-col justify-between text-11 text-text-3 tabular" aria-hidden>
          {levels.toReversed().map((level) => (
            <span key={level}>{format(level)}</span>
          ))}
        </span>
      </div>
      <figcaption id={id} className="flex justify-between pr-12 text-11 text-text-3 tabular">
        <span>{from}</span>
        <span>{to}</span>
      </figcaption>
    </figure>
  );
}
