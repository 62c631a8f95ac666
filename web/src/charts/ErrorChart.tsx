import { useId } from 'react';
import { cx } from '@/lib/classes';

export type ErrorPoint = {
  key: string;
  x: number;
  y: number | null;
  /** Half the width of the interval around `y`. */
  error?: number | null;
  /** Written under an ordinal point instead of `x`. */
  label?: string;
  note: string;
};

type ErrorChartProps = {
  label: string;
  points: ErrorPoint[];
  formatX: (value: number) => string;
  formatY: (value: number) => string;
  /** Points stand at even distances, whatever their `x`. */
  ordinal?: boolean;
  /** A line where `y` equals `x`. */
  diagonal?: boolean;
  /** A level that is drawn across. */
  level?: number;
  xTitle?: string;
};

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT] = [360, 200, 52, 32, 10, 12];

/** Points with their intervals over any number: `<ErrorChart label={t`Decay`} points={…} formatX={formatInteger} formatY={…} />` */
export function ErrorChart(props: ErrorChartProps) {
  const { label, points, formatX, formatY, ordinal, diagonal, level, xTitle } = props;
  const clip = useId();
  const known = points.filter((point) => point.y !== null);
  const places = points.map((point, index) => (ordinal ? index : point.x));
  const values = known.flatMap((point) => [
    (point.y ?? 0) - (point.error ?? 0),
    (point.y ?? 0) + (point.error ?? 0),
  ]);
  const ends = [...values, ...(level === undefined ? [] : [level]), ...(diagonal ? places : [])];
  const scaleX = scale(Math.min(...places), Math.max(...places), LEFT + 10, WIDTH - RIGHT - 10);
  const scaleY = scale(Math.min(...ends), Math.max(...ends), HEIGHT - BOTTOM - 6, TOP + 6);
  const ticks = [Math.min(...ends), (Math.min(...ends) + Math.max(...ends)) / 2, Math.max(...ends)];
  const step = Math.ceil(points.length / 8);
  const [left, right] = [Math.min(...places), Math.max(...places)];
  // Points at their own places may lie close together: there the axis is labelled at even distances.
  const xTicks = ordinal
    ? points
        .map((point, index) => ({ at: index, text: point.label ?? formatX(point.x) }))
        .filter((_, index) => index % step === 0)
    : [...new Set([left, (left + right) / 2, right])].map((at) => ({ at, text: formatX(at) }));
  const line = points
    .map((point, index) => ({ point, at: places[index] ?? 0 }))
    .filter(({ point }) => point.y !== null)
    .map(({ point, at }) => `${scaleX(at)},${scaleY(point.y ?? 0)}`)
    .join(' ');
  if (known.length === 0) return null;
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className="mx-auto w-full max-w-lg"
    >
      <clipPath id={clip}>
        <rect x={LEFT} y={0} width={WIDTH - LEFT - RIGHT} height={HEIGHT - BOTTOM} />
      </clipPath>
      {ticks.map((tick) => (
        <g key={tick}>
          <line
            x1={LEFT}
            x2={WIDTH - RIGHT}
            y1={scaleY(tick)}
            y2={scaleY(tick)}
            stroke="var(--line)"
          />
          <Text x={LEFT - 6} y={scaleY(tick) + 3.5} anchor="end">
            {formatY(tick)}
          </Text>
        </g>
      ))}
      {level !== undefined && <Rule y={scaleY(level)} />}
      {diagonal && (
        <line
          clipPath={`url(#${clip})`}
          x1={scaleX(Math.min(...places))}
          y1={scaleY(Math.min(...places))}
          x2={scaleX(Math.max(...places))}
          y2={scaleY(Math.max(...places))}
          stroke="var(--text-3)"
          strokeDasharray="4 3"
        />
      )}
      <polyline points={line} fill="none" stroke="var(--chart-line)" strokeWidth="1.6" />
      {points.map((point, index) => {
        const x = scaleX(places[index] ?? 0);
        const y = point.y === null ? null : scaleY(point.y);
        return (
          <g key={point.key}>
            <title>{point.note}</title>
            {y !== null && point.error ? (
              <line
                x1={x}
                x2={x}
                y1={scaleY((point.y ?? 0) - point.error)}
                y2={scaleY((point.y ?? 0) + point.error)}
                stroke="var(--chart-line)"
                strokeOpacity="0.55"
              />
            ) : null}
            {y !== null && <circle cx={x} cy={y} r="3" fill="var(--chart-line)" />}
          </g>
        );
      })}
      {xTicks.map(({ at, text }) => (
        <Text key={at} x={scaleX(at)} y={HEIGHT - BOTTOM + 13} anchor="middle">
          {text}
        </Text>
      ))}
      {xTitle && (
        <Text x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 4} anchor="middle" faint>
          {xTitle}
        </Text>
      )}
    </svg>
  );
}

function Rule({ y }: { y: number }) {
  return (
    <line x1={LEFT} x2={WIDTH - RIGHT} y1={y} y2={y} stroke="var(--text-3)" strokeDasharray="4 3" />
  );
}

type TextProps = {
  x: number;
  y: number;
  anchor: 'middle' | 'end';
  faint?: boolean;
  children: string;
};

function Text({ x, y, anchor, faint, children }: TextProps) {
  return (
    <text
      x={x}
      y={y}
      textAnchor={anchor}
      fontSize="10"
      className={cx('tabular', faint ? 'fill-text-3' : 'fill-text-2')}
    >
      {children}
    </text>
  );
}

/** A straight line from one stretch to another; a stretch of no length lies in the middle. */
function scale(low: number, high: number, from: number, to: number): (value: number) => number {
  const reach = high - low;
  return (value) => (reach > 0 ? from + ((value - low) / reach) * (to - from) : (from + to) / 2);
}
