import { useLingui } from '@lingui/react/macro';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { Attribution } from '@/charts/Attribution';
import {
  type BarColumns,
  candles as candlesOf,
  drawdown as drawdownOf,
  type LineColumns,
  placeMarkers,
  points,
  type Span,
  spanRange,
  type TimeRange,
  type TradeMarker,
} from '@/charts/data';
import { CurveLegend, DrawdownLegend, MarkerKey, PriceLegend } from '@/charts/PriceLegend';
import { type CurveKind, type Drawn, drawPrices } from '@/charts/priceSeries';
import { useChart } from '@/charts/useChart';
import { useLinkedRange } from '@/charts/useLinkedRange';
import { cx } from '@/lib/classes';

export type Curve = LineColumns & { key: string; label: string; kind: CurveKind };

export type PriceChartProps = {
  /** What the chart shows, read aloud. */
  label: string;
  /** Name and interval in the legend: "XNAS:AAPL", "1d". */
  name?: string;
  interval?: string;
  /** Null while they are on their way; left out for a chart without prices. */
  bars?: BarColumns | null;
  markers?: TradeMarker[];
  /** Equity of the strategy and its benchmarks, in the pane below the price. */
  curves?: Curve[];
  /** Draws the drawdown of the curve of kind `strategy`. */
  drawdown?: boolean;
  spans?: Span[];
  /** What stands first in the bar above the chart: the choice of the instrument. */
  toolbar?: ReactNode;
  /** The linked view in epoch seconds; null shows all. */
  range?: TimeRange | null;
  /** Called when the reader zooms or scrolls, at rest. */
  onRange?: (range: TimeRange) => void;
  onMarker?: (id: string) => void;
  className?: string;
};

const SPANS: Span[] = ['1M', '3M', '1Y', '5Y', 'All'];
const NO_MARKERS: TradeMarker[] = [];
const NO_CURVES: Curve[] = [];

/**
 * Candles with volume and trades, equity against benchmarks, drawdown: one time axis.
 * `<PriceChart label={t`Price and equity`} name="XNAS:AAPL" interval="1d" bars={bars} markers={markers}
 *    curves={[{ key: 'equity', label: t`Equity`, kind: 'strategy', ts, value }]} drawdown range={range} onRange={setRange} />`
 */
export function PriceChart(props: PriceChartProps) {
  const { label, name, interval, bars, markers = NO_MARKERS, curves = NO_CURVES, drawdown } = props;
  const { spans = SPANS, toolbar, range = null, onRange, onMarker, className } = props;
  const { t } = useLingui();
  const { box, chart } = useChart();
  const [tops, setTops] = useState<Record<string, number>>({});
  const [cursor, setCursor] = useState<number | null>(null);
  const marked = useRef(onMarker);
  marked.current = onMarker;

  const data = useMemo<Drawn>(() => {
    const candles = bars ? candlesOf(bars) : [];
    const drawnCurves = curves.map((c) => ({ key: c.key, kind: c.kind, points: points(c) }));
    const own = drawnCurves.find((curve) => curve.kind === 'strategy');
    return {
      candles,
      awaited: bars === null,
      markers: placeMarkers(markers, candles),
      curves: drawnCurves,
      drawdown: drawdown && own ? drawdownOf(own.points) : [],
    };
  }, [bars, markers, curves, drawdown]);

  useEffect(() => {
    if (!chart) return;
    for (const pane of chart.panes())
      for (const series of pane.getSeries()) chart.removeSeries(series);
    const panes = drawPrices(chart, data);
    chart.timeScale().fitContent();
    const measure = (): void => {
      let top = 0;
      const next: Record<string, number> = {};
      chart.panes().forEach((pane, index) => {
        const paneName = panes[index];
        if (paneName) next[paneName] = top;
        top += pane.getHeight() + 1;
      });
      setTops(next);
    };
    const frame = requestAnimationFrame(measure);
    const scale = chart.timeScale();
    scale.subscribeSizeChange(measure);
    return () => {
      cancelAnimationFrame(frame);
      scale.unsubscribeSizeChange(measure);
    };
  }, [chart, data]);

  useEffect(() => {
    if (!chart) return;
    chart.subscribeCrosshairMove((param) =>
      setCursor(param.time === undefined ? null : Number(param.time)),
    );
    chart.subscribeClick((param) => {
      if (typeof param.hoveredObjectId === 'string') marked.current?.(param.hoveredObjectId);
    });
  }, [chart]);

  const visible = useLinkedRange(chart, data, range, onRange);
  const at = cursor ?? visible?.to ?? Number.POSITIVE_INFINITY;
  const extent = useMemo(() => timeExtent(data), [data]);
  const own = data.curves.find((curve) => curve.kind === 'strategy');

  return (
    <div className={cx('flex h-full min-h-0 flex-col', className)}>
      <div className="flex min-h-9 flex-wrap items-center gap-x-1 border-line border-b px-2 py-1">
        {toolbar}
        <fieldset className="flex">
          <legend className="sr-only">{t`Time range`}</legend>
          {spans.map((span) => (
            <button
              key={span}
              type="button"
              className="h-7 rounded-sm px-2 text-12 text-text-2 hover:bg-surface-2 hover:text-text"
              onClick={() => {
                if (!chart || !extent) return;
                const asked = spanRange(span, extent.from, extent.to, visible?.to);
                if (span === 'All') chart.timeScale().fitContent();
                else chart.timeScale().setVisibleRange(asked as never);
                onRange?.(asked);
              }}
            >
              {span === 'All' ? t`All` : span}
            </button>
          ))}
        </fieldset>
        {data.markers.length > 0 && <MarkerKey markers={data.markers} />}
        <span className="ml-auto">
          <Attribution />
        </span>
      </div>
      <div className="relative min-h-0 flex-1">
        <div ref={box} role="img" aria-label={label} className="absolute inset-0" />
        {data.candles.length > 0 && (
          <PriceLegend
            top={tops.price}
            name={name ?? ''}
            interval={interval ?? ''}
            candles={data.candles}
            at={at}
          />
        )}
        {curves.length > 0 && (
          <CurveLegend top={tops.equity} curves={curves} drawn={data.curves} at={at} />
        )}
        {drawdown && own && <DrawdownLegend top={tops.drawdown} drawdown={data.drawdown} at={at} />}
      </div>
    </div>
  );
}

function timeExtent(data: Drawn): TimeRange | null {
  const series = [data.candles, ...data.curves.map((curve) => curve.points)].filter(
    (s) => s.length > 0,
  );
  if (series.length === 0) return null;
  return {
    from: Math.min(...series.map((s) => s[0]?.time ?? 0)),
    to: Math.max(...series.map((s) => s.at(-1)?.time ?? 0)),
  };
}
