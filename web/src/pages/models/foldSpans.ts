/** Where the spans of folds stand on one time axis, as fractions of it. Pure. */
import type { ModelVersionDetail } from '@/lib/queries/models';

type Fold = ModelVersionDetail['folds'][number];
export type Span = { from: number; to: number };
export type FoldSpans = { number: number; train: Span; gap: Span; test: Span };
export type Axis = { start: number; end: number; years: { year: number; at: number }[] };

const time = (moment: string): number => Date.parse(moment);

/** From the first training bar to the last tested one, with the turns of the years. */
export function axisOf(folds: Fold[]): Axis {
  const start = Math.min(...folds.map((fold) => time(fold.train_start)));
  const end = Math.max(...folds.map((fold) => time(fold.test_end)));
  const years = [];
  const last = new Date(end).getUTCFullYear();
  for (let year = new Date(start).getUTCFullYear() + 1; year <= last; year++) {
    years.push({ year, at: (Date.UTC(year, 0, 1) - start) / Math.max(end - start, 1) });
  }
  return { start, end, years };
}

/** Train, then what is left out so that no label reaches into the test, then the test. */
export function spansOf(folds: Fold[], { start, end }: Axis): FoldSpans[] {
  const at = (moment: string): number => (time(moment) - start) / Math.max(end - start, 1);
  return folds.map((fold) => ({
    number: fold.number,
    train: { from: at(fold.train_start), to: at(fold.train_end) },
    gap: { from: at(fold.train_end), to: at(fold.test_start) },
    test: { from: at(fold.test_start), to: at(fold.test_end) },
  }));
}
