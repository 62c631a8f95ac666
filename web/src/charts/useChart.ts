import { useLingui } from '@lingui/react';
import { createChart, type IChartApi } from 'lightweight-charts';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { chartOptions } from '@/charts/options';
import { useTheme } from '@/lib/theme';

/** A chart in a div, made anew when theme or language change, with its view kept. */
export function useChart(): { box: RefObject<HTMLDivElement | null>; chart: IChartApi | null } {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<{ from: number; to: number } | null>(null);
  const [chart, setChart] = useState<IChartApi | null>(null);
  const { theme, palette } = useTheme();
  const { i18n } = useLingui();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the options change with theme, palette and language
  useEffect(() => {
    if (!box.current) return;
    const made = createChart(box.current, chartOptions());
    const scale = made.timeScale();
    const kept = view.current;
    if (kept) {
      // The data comes in an effect after this one.
      requestAnimationFrame(() => scale.setVisibleLogicalRange(kept));
    }
    scale.subscribeVisibleLogicalRangeChange((range) => {
      if (range) view.current = range;
    });
    setChart(made);
    return () => {
      setChart(null);
      made.remove();
    };
  }, [theme, palette, i18n.locale]);
  return { box, chart };
}
