import { useLingui } from '@lingui/react/macro';
import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from 'react';
import { HeatLegend } from '@/charts/HeatLegend';
import { cellOf, type Grid, nextCell, scaleOf, ticks } from '@/charts/heat';
import { useHeatCanvas } from '@/charts/useHeatCanvas';
import { cx } from '@/lib/classes';
import { formatNumber } from '@/lib/format';

export type HeatAxis = {
  name: string;
  values: number[];
  /** Words instead of numbers; across, they are told on pointing and not written. */
  labels?: string[];
};

type HeatMapProps = {
  /** What is shown: its words name the cells. */
  label: string;
  x: HeatAxis;
  /** Null for one parameter: a single row. */
  y: HeatAxis | null;
  values: Grid;
  /** Combinations by cell; null where nothing was tried. */
  points: Grid;
  /** The value in the middle of the colours, as holding's. */
  middle: number | null;
  middleLabel: string;
  lessIsBetter?: boolean;
  selected: number | null;
  onPick: (n: number) => void;
  format: (value: number | null) => string;
  /** Without axes' names, for the small one beside the large. */
  small?: boolean;
};

type Cell = { row: number; column: number };

const STEPS: Record<string, Cell> = {
  ArrowLeft: { row: 0, column: -1 },
  ArrowRight: { row: 0, column: 1 },
  ArrowUp: { row: 1, column: 0 },
  ArrowDown: { row: -1, column: 0 },
};

const plain = (value: number): string =>
  formatNumber(value, Number.isInteger(value) ? 0 : Math.abs(value) < 1 ? 3 : 2);

/** A measure over two parameters, low values of `y` at the bottom: `<HeatMap x={…} y={…} values={…} onPick={select} … />`. */
export function HeatMap(props: HeatMapProps) {
  const { label, x, y, values, points, middle, lessIsBetter, selected, onPick, format, small } =
    props;
  const { t } = useLingui();
  const box = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<Cell | null>(null);
  const scale = useMemo(
    () => scaleOf(values, middle, lessIsBetter),
    [values, middle, lessIsBetter],
  );
  const { canvas, size } = useHeatCanvas(values, scale, middle !== null);
  const rows = values.length;
  const columns = x.labels?.length ?? x.values.length;
  const chosen = selected === null ? null : cellOf(points, selected);

  const named = ({ row, column }: Cell): string => {
    const value = format(values[row]?.[column] ?? null);
    if (x.labels && y?.labels) return `${y.labels[row]} · ${x.labels[column]}: ${value}`;
    const first = `${x.name} ${plain(x.values[column] ?? 0)}`;
    return y ? `${first}, ${y.name} ${plain(y.values[row] ?? 0)}: ${value}` : `${first}: ${value}`;
  };
  const under = (event: PointerEvent | React.MouseEvent): Cell | null => {
    const area = canvas.current?.getBoundingClientRect();
    if (!area) return null;
    const column = Math.floor(((event.clientX - area.left) / area.width) * columns);
    const row = rows - 1 - Math.floor(((event.clientY - area.top) / area.height) * rows);
    return points[row]?.[column] ? { row, column } : null;
  };
  const pick = (cell: Cell | null): void => {
    const n = cell && points[cell.row]?.[cell.column];
    if (n) onPick(n);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    pick(nextCell(points, chosen ?? { row: 0, column: -1 }, step));
  };
  const place = (cell: Cell) => ({
    left: `${(cell.column / columns) * 100}%`,
    bottom: `${(cell.row / rows) * 100}%`,
    width: `${100 / columns}%`,
    height: `${100 / rows}%`,
  });
  return (
    <figure className="flex h-full min-h-0 min-w-0 flex-col gap-1">
      <div className="flex min-h-0 flex-1">
        <Labels axis={y} pixels={size.height} upright />
        <div
          ref={box}
          role="application"
          aria-roledescription={t`heat map`}
          aria-label={t`${label}; arrow keys move`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: cells are walked with the arrow keys
          tabIndex={0}
          onKeyDown={onKeyDown}
          onPointerMove={(event) => setHover(under(event))}
          onPointerLeave={() => setHover(null)}
          onClick={(event) => pick(under(event))}
          className="relative min-h-0 min-w-0 flex-1 cursor-crosshair outline-offset-2"
        >
          <canvas ref={canvas} aria-hidden className="absolute inset-0 size-full" />
          {chosen && (
            <span
              aria-hidden
              className="pointer-events-none absolute z-1 min-h-2 min-w-2 rounded-xs outline-2 outline-text"
              style={place(chosen)}
            />
          )}
          {hover && (
            <span
              aria-hidden
              className={cx(
                'pointer-events-none absolute z-10 rounded-md border border-line-strong bg-surface-2 px-2 py-1 text-11 whitespace-nowrap tabular shadow-pop',
                hover.column > columns / 2 ? '-translate-x-full' : 'translate-x-3',
                hover.row < rows / 2 ? '-translate-y-2' : 'translate-y-full',
              )}
              style={{ left: place(hover).left, bottom: place(hover).bottom }}
            >
              {named(hover)}
            </span>
          )}
        </div>
      </div>
      {!x.labels && <Labels axis={x} pixels={size.width} inset={y !== null} />}
      <figcaption className="flex flex-wrap items-center gap-x-4 gap-y-1 text-11 text-text-3 tabular">
        {!small && y && <span>{t`across: ${x.name}, upwards: ${y.name}`}</span>}
        <HeatLegend
          scale={scale}
          diverging={middle !== null}
          middleLabel={props.middleLabel}
          format={format}
          lessIsBetter={Boolean(lessIsBetter)}
        />
        <span className="sr-only" aria-live="polite">
          {chosen ? named(chosen) : ''}
        </span>
      </figcaption>
    </figure>
  );
}

type LabelsProps = { axis: HeatAxis | null; pixels: number; upright?: boolean; inset?: boolean };

/** Values along an edge, as many as fit. */
function Labels({ axis, pixels, upright, inset }: LabelsProps) {
  if (!axis) return null;
  const count = axis.labels?.length ?? axis.values.length;
  return (
    <div
      aria-hidden
      className={cx(
        'relative shrink-0 text-11 text-text-3 tabular',
        upright ? (axis.labels ? 'w-28 sm:w-36' : 'w-9') : 'h-4',
        inset && 'ml-9',
      )}
    >
      {ticks(count, pixels, axis.labels ? 15 : upright ? 22 : 40).map((place) => (
        <span
          key={place}
          className={cx(
            'absolute max-w-full truncate',
            upright ? 'right-1.5 translate-y-1/2' : '-translate-x-1/2',
            axis.labels && 'leading-3.5',
          )}
          style={
            upright
              ? { bottom: `${((place + 0.5) / count) * 100}%` }
              : { left: `${((place + 0.5) / count) * 100}%` }
          }
        >
          {axis.labels?.[place] ?? plain(axis.values[place] ?? 0)}
        </span>
      ))}
    </div>
  );
}
