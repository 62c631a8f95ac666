import { LineSeries } from 'lightweight-charts';
import { useEffect, useState } from 'react';
import { Attribution } from '@/charts/Attribution';
import { type LineColumns, points } from '@/charts/data';
import { useChart } from '@/charts/useChart';
import { formatIsoDate } from '@/lib/format';
import { token } from '@/lib/theme';

export type ChartLine = LineColumns & {
  key: string;
  label: string;
  /** A token, as `--chart-line`. */
  colour: string;
  width?: 1 | 2;
};

type LineChartProps = {
  label: string;
  lines: ChartLine[];
  /** In pixels; without it the chart fills its parent. */
  height?: number;
  format: (value: number) => string;
};

/** Lines over time: `<LineChart label={t`IC by month`} lines={[{ key, label, colour: '--chart-line', ts, value }]} format={formatPercent} />` */
export function LineChart({ label, lines, height, format }: LineChartProps) {
  const { box, chart } = useChart();
  const [at, setAt] = useState<{ time: number; values: Map<string, number> } | null>(null);
  useEffect(() => {
    if (!chart) return;
    const made = lines.map((line) => {
      const series = chart.addSeries(LineSeries, {
        color: token(line.colour),
        lineWidth: line.width ?? 2,
        priceLineVisible: false,
        lastValueVisible: false,
        priceFormat: { type: 'custom', minMove: 1e-6, formatter: format },
      });
      series.setData(points(line));
      return { key: line.key, series };
    });
    chart.timeScale().fitContent();
    chart.subscribeCrosshairMove((param) => {
      if (param.time === undefined) return setAt(null);
      const values = new Map<string, number>();
      for (const { key, series } of made) {
        const point = param.seriesData.get(series);
        if (point && 'value' in point) values.set(key, point.value);
      }
      setAt({ time: Number(param.time), values });
    });
    return () => {
      // A theme change removes the whole chart before this runs.
      for (const { series } of made) {
        try {
          chart.removeSeries(series);
        } catch {
          return;
        }
      }
    };
  }, [chart, lines, format]);
  return (
    <figure className="flex h-full min-h-0 flex-col" aria-label={label}>
      <figcaption className="flex flex-wrap gap-x-4 px-3 py-1 text-11 text-text-2 tabular">
        {lines.map((line) => (
          <span key={line.key} className="inline-flex items-center gap-1.5">
            <span className="h-0.5 w-3" style={{ background: `var(${line.colour})` }} />
            {line.label}{' '}
            <b className="font-medium text-text">{valueAt(line, at?.values, format)}</b>
          </span>
        ))}
        <span className="ml-auto">
          <Attribution />
        </span>
        {at && <span className="text-text-3">{formatIsoDate(at.time * 1000)}</span>}
      </figcaption>
      <div
        ref={box}
        role="img"
        aria-label={label}
        className="min-h-0 flex-1"
        style={height ? { height, flex: 'none' } : undefined}
      />
    </figure>
  );
}

function valueAt(
  line: ChartLine,
  values: Map<string, number> | undefined,
  format: (value: number) => string,
): string {
  const value = values ? values.get(line.key) : line.value.findLast((v) => v !== null);
  return value === undefined || value === null ? '' : format(value);
}
