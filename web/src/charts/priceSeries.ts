import {
  AreaSeries,
  CandlestickSeries,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  type SeriesMarker,
  type Time,
} from 'lightweight-charts';
import type { Candle, PlacedMarker, Point } from '@/charts/data';
import { formatCompact, formatNumber, formatPercent } from '@/lib/format';
import { token } from '@/lib/theme';

export type CurveKind = 'strategy' | 'benchmark' | 'benchmark-2';
export const CURVE_COLOUR: Record<CurveKind, string> = {
  strategy: '--chart-line',
  benchmark: '--chart-benchmark',
  'benchmark-2': '--chart-benchmark-2',
};

export type DrawnCurve = { key: string; kind: CurveKind; points: Point[] };
export type Drawn = {
  candles: Candle[];
  /** Keeps the place of prices that are still on their way. */
  awaited: boolean;
  markers: PlacedMarker[];
  curves: DrawnCurve[];
  drawdown: Point[];
};

/** From so many marks on they are drawn smaller, so that the candles stay in sight. */
const CROWD = 80;

const number = (formatter: (value: number) => string) =>
  ({ type: 'custom', minMove: 1e-6, formatter }) as const;

function addCandles(chart: IChartApi, candles: Candle[]): ISeriesApi<'Candlestick'> {
  const up = token('--gain-fill');
  const down = token('--loss-fill');
  const series = chart.addSeries(CandlestickSeries, {
    upColor: up,
    downColor: down,
    wickUpColor: up,
    wickDownColor: down,
    borderVisible: false,
    priceLineWidth: 1,
    priceLineStyle: 1,
    priceFormat: number((value) => formatNumber(value, value >= 1000 ? 0 : 2)),
  });
  series.priceScale().applyOptions({ scaleMargins: { top: 0.17, bottom: 0.17 } });
  series.setData(candles);
  if (candles.some((candle) => candle.volume !== null)) {
    const volume = chart.addSeries(HistogramSeries, {
      color: token('--chart-volume'),
      priceScaleId: 'volume',
      lastValueVisible: false,
      priceLineVisible: false,
      priceFormat: number(formatCompact),
    });
    volume.priceScale().applyOptions({ scaleMargins: { top: 0.88, bottom: 0 } });
    volume.setData(candles.map(({ time, volume: value }) => ({ time, value: value ?? 0 })));
  }
  return series;
}

function drawn(marker: PlacedMarker, scale: number): SeriesMarker<Time> {
  const { id, time, kind } = marker;
  if (kind === 'long') {
    return {
      id,
      time,
      position: 'belowBar',
      shape: 'arrowUp',
      color: token('--gain'),
      size: 0.9 * scale,
    };
  }
  if (kind === 'short') {
    return {
      id,
      time,
      position: 'aboveBar',
      shape: 'arrowDown',
      color: token('--loss'),
      size: 0.9 * scale,
    };
  }
  return {
    id,
    time,
    position: kind === 'exit-long' ? 'aboveBar' : 'belowBar',
    shape: 'circle',
    // In a crowd exits are faint, so that candles and entries show through.
    color: `${token('--text-3')}${scale < 1 ? '59' : ''}`,
    size: 0.6 * scale,
  };
}

function addCurve(chart: IChartApi, curve: DrawnCurve, pane: number): void {
  const colour = token(CURVE_COLOUR[curve.kind]);
  const own = curve.kind === 'strategy';
  const series = chart.addSeries(
    LineSeries,
    {
      color: colour,
      lineWidth: own ? 2 : 1,
      priceLineVisible: false,
      lastValueVisible: own,
      crosshairMarkerRadius: 3,
      priceFormat: number((value) => formatNumber(value, 2)),
    },
    pane,
  );
  series.priceScale().applyOptions({ scaleMargins: { top: 0.24, bottom: 0.08 } });
  series.setData(curve.points);
}

function addDrawdown(chart: IChartApi, drawdown: Point[], pane: number): void {
  const colour = token('--loss-fill');
  const series = chart.addSeries(
    AreaSeries,
    {
      lineColor: colour,
      lineWidth: 1,
      invertFilledArea: true,
      topColor: `${colour}10`,
      bottomColor: `${colour}66`,
      priceLineVisible: false,
      crosshairMarkerRadius: 3,
      priceFormat: number((value) => formatPercent(value, 1)),
    },
    pane,
  );
  series.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.06 } });
  series.setData(drawdown);
}

/** Puts all series into the panes they belong to; gives the panes' order. */
export function drawPrices(chart: IChartApi, data: Drawn): ('price' | 'equity' | 'drawdown')[] {
  const panes: ('price' | 'equity' | 'drawdown')[] = [];
  if (data.candles.length > 0 || data.awaited) {
    panes.push('price');
    const series = addCandles(chart, data.candles);
    // Markers that take part in the scale would squeeze the candles.
    const scale = data.markers.length > CROWD ? 0.6 : 1;
    const marks = data.markers.map((marker) => drawn(marker, scale));
    createSeriesMarkers(series, marks, { autoScale: false });
  }
  if (data.curves.length > 0) {
    const pane = panes.push('equity') - 1;
    // The strategy last, so that it lies over its benchmarks.
    const ordered = data.curves.toSorted(
      (a, b) => Number(a.kind === 'strategy') - Number(b.kind === 'strategy'),
    );
    for (const curve of ordered) addCurve(chart, curve, pane);
  }
  if (data.drawdown.length > 0) addDrawdown(chart, data.drawdown, panes.push('drawdown') - 1);
  const stretch = { price: 4.6, equity: 2.2, drawdown: 1.3 };
  chart.panes().forEach((pane, index) => {
    const name = panes[index];
    if (name) pane.setStretchFactor(stretch[name] * 100);
  });
  return panes;
}
