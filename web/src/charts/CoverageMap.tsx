import { Trans, useLingui } from '@lingui/react/macro';
import { type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { type CoverageInput, coverageShares, yearTicks } from '@/charts/coverage';
import { cx } from '@/lib/classes';
import { formatInteger } from '@/lib/format';
import { token, useTheme } from '@/lib/theme';

const ROW = 24;

type CoverageMapProps = {
  label: string;
  coverage: CoverageInput;
  selected: string | undefined;
  /** A click on a name has no month; one on a cell has it. */
  onPick: (entity: string, month?: string) => void;
};

/** Rows of instruments over months: `<CoverageMap coverage={coverage} selected={key} onPick={show} label={t`Coverage`} />`. */
export function CoverageMap({ label, coverage, selected, onPick }: CoverageMapProps) {
  const { t } = useLingui();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hover, setHover] = useState<{ row: number; month: number } | null>(null);
  const shares = useMemo(() => coverageShares(coverage), [coverage]);
  useDrawn(canvas, shares, coverage.months.length);

  const cell = (event: PointerEvent): { row: number; month: number } | null => {
    const box = canvas.current?.getBoundingClientRect();
    if (!box) return null;
    const month = Math.floor(((event.clientX - box.left) / box.width) * coverage.months.length);
    const row = Math.floor((event.clientY - box.top) / ROW);
    return coverage.items[row] && coverage.months[month] ? { row, month } : null;
  };
  const at = hover && coverage.items[hover.row];
  return (
    <div className="flex h-full min-h-0 flex-col">
      <p className="flex min-h-6 flex-wrap items-center gap-x-4 px-3 pb-1 text-11 text-text-3 tabular">
        {hover && at ? (
          <span className="text-text">
            {at.entity} · {coverage.months[hover.month]} · {formatInteger(at.counts[hover.month])}{' '}
            {t`rows`}
          </span>
        ) : (
          <>
            <Key
              colour="color-mix(in oklab, var(--accent) 70%, var(--surface-2))"
              text={t`complete`}
            />
            <Key
              colour="color-mix(in oklab, var(--accent) 25%, var(--surface-2))"
              text={t`partly`}
            />
            <Key colour="var(--warn-fill)" text={t`a hole`} />
          </>
        )}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section aria-label={label} tabIndex={0} className="min-h-0 flex-1 overflow-y-auto px-3">
        <div className="flex">
          <ul className="w-24 shrink-0 text-11">
            {coverage.items.map((item) => (
              <li key={item.entity}>
                <button
                  type="button"
                  aria-pressed={item.entity === selected}
                  onClick={() => onPick(item.entity)}
                  className={cx(
                    'block h-6 w-full truncate pr-2 text-left text-text-2 hover:text-text',
                    item.entity === selected && 'font-semibold text-accent-text!',
                  )}
                >
                  {item.entity}
                </button>
              </li>
            ))}
          </ul>
          <canvas
            ref={canvas}
            aria-hidden
            className="min-w-0 flex-1 cursor-pointer"
            style={{ height: coverage.items.length * ROW, width: 0 }}
            onPointerMove={(event) => setHover(cell(event))}
            onPointerLeave={() => setHover(null)}
            onClick={(event) => {
              const hit = cell(event as unknown as PointerEvent);
              const entity = hit && coverage.items[hit.row]?.entity;
              if (hit && entity) onPick(entity, coverage.months[hit.month]);
            }}
          />
        </div>
      </section>
      <YearAxis months={coverage.months} />
      {coverage.items.length === 0 && (
        <p className="px-3 text-12 text-text-2">
          <Trans>No rows yet.</Trans>
        </p>
      )}
    </div>
  );
}

function Key({ colour, text }: { colour: string; text: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span className="size-2.5 rounded-sm" style={{ background: colour }} />
      {text}
    </span>
  );
}

function YearAxis({ months }: { months: string[] }) {
  return (
    <div aria-hidden className="relative mr-3 ml-27 h-6 text-11 text-text-3 tabular">
      {yearTicks(months.slice(0, -3)).map(({ index, year }) => (
        <span
          key={year}
          className="absolute top-1"
          style={{ left: `${(index / months.length) * 100}%` }}
        >
          {year}
        </span>
      ))}
    </div>
  );
}

function useDrawn(
  ref: React.RefObject<HTMLCanvasElement | null>,
  shares: (number | null)[][],
  months: number,
): void {
  const { theme, palette } = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tokens change with theme and palette
  useEffect(() => {
    const canvas = ref.current;
    if (!canvas) return;
    const draw = (): void => {
      const scale = devicePixelRatio || 1;
      const width = canvas.clientWidth;
      canvas.width = width * scale;
      canvas.height = shares.length * ROW * scale;
      const brush = canvas.getContext('2d');
      if (!brush) return;
      brush.scale(scale, scale);
      const full = token('--accent');
      const hole = token('--warn-fill');
      const none = token('--surface-2');
      const step = width / months;
      shares.forEach((row, y) => {
        row.forEach((share, x) => {
          brush.globalAlpha = 1;
          brush.fillStyle = share === 0 ? hole : none;
          const box = [
            x * step,
            y * ROW + 3,
            Math.max(step - (step > 4 ? 1 : 0), 0.6),
            ROW - 6,
          ] as const;
          brush.globalAlpha = share === null ? 0.35 : 1;
          brush.fillRect(...box);
          if (!share) return;
          brush.globalAlpha = 0.12 + 0.58 * share ** 3;
          brush.fillStyle = full;
          brush.fillRect(...box);
        });
      });
    };
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(canvas);
    return () => observer.disconnect();
  }, [ref, shares, months, theme, palette]);
}
