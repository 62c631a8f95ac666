import type { Scale } from '@/charts/heat';

type HeatLegendProps = {
  scale: Scale;
  diverging: boolean;
  middleLabel: string;
  lessIsBetter: boolean;
  format: (value: number | null) => string;
};

const mix = (fill: string, share: number): string =>
  `color-mix(in srgb, var(${fill}) ${share}%, var(--surface))`;

/** What the colours of a heat map mean, in numbers. */
export function HeatLegend(props: HeatLegendProps) {
  const { scale, diverging, middleLabel, format, lessIsBetter } = props;
  const good = lessIsBetter ? '--loss-fill' : '--gain-fill';
  const bad = lessIsBetter ? '--gain-fill' : '--loss-fill';
  const background = diverging
    ? `linear-gradient(90deg, ${mix(bad, 90)}, ${mix(bad, 10)} 49%, ${mix(good, 10)} 51%, ${mix(good, 90)})`
    : `linear-gradient(90deg, ${mix('--accent', 8)}, ${mix('--accent', 90)})`;
  return (
    <span className="ml-auto inline-flex flex-wrap items-center gap-1.5">
      <span>{format(scale.low)}</span>
      <span aria-hidden className="h-2 w-28 rounded-sm" style={{ background }} />
      <span>{format(scale.high)}</span>
      {diverging && (
        <span className="text-text-2">
          {middleLabel} {format(scale.middle)}
        </span>
      )}
    </span>
  );
}
