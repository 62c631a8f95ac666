/** What a preview shows, as the URL keeps it. */
export type PreviewChoice = {
  universe?: string | undefined;
  /** Instruments, separated by commas. */
  on?: string | undefined;
  span?: number | undefined;
  /** Session of the cross-section. */
  at?: string | undefined;
};

export const SPANS = [252, 756, 1260, 5000] as const;
export const USUAL_SPAN = 756;
export const MOST_INSTRUMENTS = 5;

/** One token for each line of a preview. */
export const LINE_COLOURS = [
  '--chart-line',
  '--warn',
  '--chart-benchmark-2',
  '--gain',
  '--info',
] as const;

export const instrumentsOf = (choice: PreviewChoice): string[] | null =>
  choice.on ? choice.on.split(',').slice(0, MOST_INSTRUMENTS) : null;

/** With or without one instrument; never without any. */
export function toggled(shown: string[], one: string): string {
  const left = shown.filter((key) => key !== one);
  const next = left.length < shown.length ? left : [...shown, one].slice(-MOST_INSTRUMENTS);
  return (next.length > 0 ? next : shown).join(',');
}

/** Decimals by the size of a value: 12,345 · 12.35 · 0.01235 · 1.2e−7. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const text =
    size < 1e-12
      ? '0'
      : size >= 1e6 || size < 1e-4
        ? value.toExponential(2)
        : new Intl.NumberFormat(
            'en-GB',
            size >= 1
              ? { maximumFractionDigits: size >= 1000 ? 0 : 2 }
              : { maximumSignificantDigits: 4 },
          ).format(value);
  return text.replaceAll('-', '−');
}
