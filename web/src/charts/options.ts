import { type ChartOptions, ColorType, CrosshairMode, type DeepPartial } from 'lightweight-charts';
import { token } from '@/lib/theme';

/** What all charts share; read anew when the theme changes. */
export function chartOptions(): DeepPartial<ChartOptions> {
  const line = token('--line');
  return {
    autoSize: true,
    layout: {
      background: { type: ColorType.Solid, color: 'transparent' },
      textColor: token('--text-3'),
      fontFamily: 'Inter, system-ui, sans-serif',
      fontSize: 11,
      // The logo adds an inline style that the content security policy refuses. `Attribution` shows
      // the notice and the link that the licence asks for.
      attributionLogo: false,
      panes: {
        separatorColor: line,
        separatorHoverColor: token('--line-strong'),
        enableResize: false,
      },
    },
    grid: {
      vertLines: { color: token('--chart-grid') },
      horzLines: { color: token('--chart-grid') },
    },
    crosshair: {
      mode: CrosshairMode.Normal,
      vertLine: { color: token('--text-3'), labelBackgroundColor: token('--surface-3') },
      horzLine: { color: token('--text-3'), labelBackgroundColor: token('--surface-3') },
    },
    rightPriceScale: { borderVisible: false, minimumWidth: 68 },
    timeScale: {
      borderVisible: false,
      enableConflation: true,
      minBarSpacing: 0.01,
      rightOffset: 2,
      fixLeftEdge: true,
      lockVisibleTimeRangeOnResize: true,
    },
    localization: {
      locale: document.documentElement.lang || 'en',
      timeFormatter: (time: number) => new Date(time * 1000).toISOString().slice(0, 10),
    },
  };
}
