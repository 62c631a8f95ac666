import type { IChartApi } from 'lightweight-charts';
import { useEffect, useRef, useState } from 'react';
import type { TimeRange } from '@/charts/data';

const REST_MS = 250;

/**
 * Ties a chart's view to a range held elsewhere, such as the URL. What the reader does here is told
 * once it rests; a range that came from here does not move the chart again.
 */
export function useLinkedRange(
  chart: IChartApi | null,
  data: unknown,
  range: TimeRange | null,
  onRange: ((range: TimeRange) => void) | undefined,
): TimeRange | null {
  const [visible, setVisible] = useState<TimeRange | null>(null);
  const told = useRef<TimeRange | null>(null);
  const tell = useRef(onRange);
  tell.current = onRange;

  useEffect(() => {
    if (!chart) return;
    const scale = chart.timeScale();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const element = chart.chartElement();
    let byReader = false;
    const touched = (): void => {
      byReader = true;
    };
    const moved = (next: { from: unknown; to: unknown } | null): void => {
      if (!next) return;
      const now = { from: Number(next.from), to: Number(next.to) };
      setVisible(now);
      if (!byReader) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        byReader = false;
        told.current = now;
        tell.current?.(now);
      }, REST_MS);
    };
    element.addEventListener('wheel', touched, { passive: true });
    element.addEventListener('pointerdown', touched, { passive: true });
    scale.subscribeVisibleTimeRangeChange(moved);
    return () => {
      clearTimeout(timer);
      element.removeEventListener('wheel', touched);
      element.removeEventListener('pointerdown', touched);
      scale.unsubscribeVisibleTimeRangeChange(moved);
    };
  }, [chart]);

  const from = range?.from;
  const to = range?.to;
  const drawn = useRef<unknown>(null);
  useEffect(() => {
    if (!chart || from === undefined || to === undefined) return;
    const same = drawn.current === data;
    drawn.current = data;
    // New data was drawn whole, so it needs the range again.
    if (same && told.current?.from === from && told.current.to === to) return;
    chart.timeScale().setVisibleRange({ from, to } as never);
  }, [chart, data, from, to]);

  return visible;
}
