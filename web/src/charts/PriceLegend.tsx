import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { type Candle, indexAtOrBefore, type PlacedMarker, type Point } from '@/charts/data';
import { CURVE_COLOUR, type CurveKind, type DrawnCurve } from '@/charts/priceSeries';
import { cx } from '@/lib/classes';
import {
  formatCompact,
  formatIsoDate,
  formatNumber,
  formatPrice,
  formatSignedPercent,
  toneOf,
} from '@/lib/format';

function Legend({ top, children }: { top: number | undefined; children: ReactNode }) {
  if (top === undefined) return null;
  return (
    <div
      className="pointer-events-none absolute left-2 z-2 flex max-w-[calc(100%-84px)] flex-wrap gap-x-3 rounded-sm bg-surface/80 px-1 text-11 text-text-3 tabular"
      style={{ top: top + 4 }}
    >
      {children}
    </div>
  );
}

function Value({ children, tone }: { children: ReactNode; tone?: string }) {
  return <span className={cx('text-text', tone)}>{children}</span>;
}

type PriceLegendProps = {
  top: number | undefined;
  name: string;
  interval: string;
  candles: Candle[];
  /** Epoch seconds under the cursor, or where the view ends. */
  at: number;
};

/** The bar under the cursor, or else the last one in view. */
export function PriceLegend({ top, name, interval, candles, at }: PriceLegendProps) {
  const index = indexAtOrBefore(candles, at);
  const bar = candles[index];
  const before = candles[index - 1];
  const change = bar && before ? bar.close / before.close - 1 : null;
  return (
    <Legend top={top}>
      <span>
        <b className="font-semibold text-text">{name}</b> {interval}
      </span>
      {bar && (
        <>
          <span>{formatIsoDate(bar.time * 1000)}</span>
          <span>
            O <Value>{formatPrice(bar.open)}</Value>
          </span>
          <span>
            H <Value>{formatPrice(bar.high)}</Value>
          </span>
          <span>
            L <Value>{formatPrice(bar.low)}</Value>
          </span>
          <span>
            C <Value>{formatPrice(bar.close)}</Value>
          </span>
          <Value tone={toneOf(change)}>{formatSignedPercent(change)}</Value>
          {bar.volume !== null && (
            <span>
              <Trans>Vol</Trans> <Value>{formatCompact(bar.volume)}</Value>
            </span>
          )}
        </>
      )}
    </Legend>
  );
}

type CurveLegendProps = {
  top: number | undefined;
  curves: { key: string; label: string; kind: CurveKind }[];
  drawn: DrawnCurve[];
  at: number;
};

export function CurveLegend({ top, curves, drawn, at }: CurveLegendProps) {
  return (
    <Legend top={top}>
      {curves.map((curve) => {
        const points = drawn.find((item) => item.key === curve.key)?.points ?? [];
        return (
          <span key={curve.key} className="inline-flex items-center gap-1.5">
            <span
              className="h-0.5 w-3"
              style={{ background: `var(${CURVE_COLOUR[curve.kind]})` }}
            />
            {curve.label} <Value>{formatNumber(points[indexAtOrBefore(points, at)]?.value)}</Value>
          </span>
        );
      })}
    </Legend>
  );
}

export function DrawdownLegend({
  top,
  drawdown,
  at,
}: {
  top: number | undefined;
  drawdown: Point[];
  at: number;
}) {
  const point = drawdown[indexAtOrBefore(drawdown, at)];
  return (
    <Legend top={top}>
      <span>
        <Trans>Drawdown</Trans> <Value>{formatSignedPercent(point?.value)}</Value>
      </span>
    </Legend>
  );
}

/** Which mark means what; only the marks that occur. */
export function MarkerKey({ markers }: { markers: PlacedMarker[] }) {
  const kinds = new Set(markers.map((marker) => marker.kind));
  return (
    <span className="ml-1 hidden items-center gap-3 border-line border-l pl-3 text-11 text-text-2 sm:inline-flex">
      {kinds.has('long') && (
        <span>
          <span className="text-gain" aria-hidden>
            ▲
          </span>{' '}
          <Trans>Long entry</Trans>
        </span>
      )}
      {kinds.has('short') && (
        <span>
          <span className="text-loss" aria-hidden>
            ▼
          </span>{' '}
          <Trans>Short entry</Trans>
        </span>
      )}
      {(kinds.has('exit-long') || kinds.has('exit-short')) && (
        <span>
          <span className="text-text-3" aria-hidden>
            ●
          </span>{' '}
          <Trans>Exit</Trans>
        </span>
      )}
    </span>
  );
}
