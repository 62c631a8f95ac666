/** Numbers behind the coverage map: what share of a month's bars each row has. */

export type CoverageInput = { months: string[]; items: { entity: string; counts: number[] }[] };

/** The most that any row has in each month: what a complete month holds. */
export function expectedCounts({ months, items }: CoverageInput): number[] {
  return months.map((_, month) => Math.max(0, ...items.map((item) => item.counts[month] ?? 0)));
}

/**
 * Share of what is expected, by row and month; null where nobody has anything, and before a row's
 * first and after its last month.
 */
export function coverageShares(coverage: CoverageInput): (number | null)[][] {
  const expected = expectedCounts(coverage);
  return coverage.items.map(({ counts }) => {
    // A monthly series beside a daily one is complete with one row a month.
    const own = Math.max(0, ...counts);
    const first = counts.findIndex((count) => count > 0);
    const last = counts.findLastIndex((count) => count > 0);
    return expected.map((most, month) => {
      if (most === 0 || first < 0 || month < first || month > last) return null;
      return Math.min(1, (counts[month] ?? 0) / Math.min(most, own));
    });
  });
}

/** Where the labels of years stand: the index of each January, thinned to at most `most`. */
export function yearTicks(months: string[], most = 12): { index: number; year: string }[] {
  const ticks = months.flatMap((month, index) =>
    month.slice(5, 7) === '01' ? [{ index, year: month.slice(0, 4) }] : [],
  );
  const step = Math.ceil(ticks.length / most);
  return ticks.filter((_, index) => index % step === 0);
}

/** First and last moment of a month such as "2018-03", in epoch seconds. */
export function monthRange(month: string): { from: number; to: number } {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return {
    from: Date.UTC(year, number - 1, 1) / 1000,
    to: Date.UTC(year, number, 0, 23, 59) / 1000,
  };
}
