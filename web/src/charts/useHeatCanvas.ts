import { type RefObject, useEffect, useRef, useState } from 'react';
import type { Grid, Scale } from '@/charts/heat';
import { token, useTheme } from '@/lib/theme';

type Drawn = {
  canvas: RefObject<HTMLCanvasElement | null>;
  size: { width: number; height: number };
};

/** Draws the cells, anew when they, the size, the theme or the palette change. */
export function useHeatCanvas(values: Grid, scale: Scale, diverging: boolean): Drawn {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState({ width: 400, height: 300 });
  const { theme, palette } = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tokens change with theme and palette
  useEffect(() => {
    const node = canvas.current;
    if (!node) return;
    const draw = (): void => {
      const brush = node.getContext('2d');
      const { clientWidth: width, clientHeight: height } = node;
      if (!brush || !width || !height) return;
      setSize((before) =>
        before.width === width && before.height === height ? before : { width, height },
      );
      const ratio = devicePixelRatio || 1;
      node.width = Math.round(width * ratio);
      node.height = Math.round(height * ratio);
      const good = token(diverging ? '--gain-fill' : '--accent');
      const bad = token('--loss-fill');
      const none = token('--surface-2');
      const rows = values.length;
      const columns = values[0]?.length ?? 1;
      const edge = (n: number, of: number, pixels: number): number => Math.round((n / of) * pixels);
      const gap = width / columns > 7 && height / rows > 7 ? Math.round(ratio) : 0;
      values.forEach((line, row) => {
        const top = edge(rows - 1 - row, rows, node.height);
        const bottom = edge(rows - row, rows, node.height);
        line.forEach((value, column) => {
          const left = edge(column, columns, node.width);
          const right = edge(column + 1, columns, node.width);
          const box = [left, top, right - left - gap, bottom - top - gap] as const;
          if (value === null) {
            brush.globalAlpha = 0.4;
            brush.fillStyle = none;
          } else {
            const strength = scale.strength(value);
            brush.globalAlpha = 0.08 + 0.84 * Math.abs(strength);
            brush.fillStyle = strength < 0 && diverging ? bad : good;
          }
          brush.fillRect(...box);
        });
      });
    };
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(node);
    return () => observer.disconnect();
  }, [values, scale, diverging, theme, palette]);
  return { canvas, size };
}
