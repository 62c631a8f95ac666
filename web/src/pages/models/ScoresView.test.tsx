import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { ModelVersionDetail, StatedScore } from '@/lib/queries/models';
import { renderInApp } from '@/test/render';
import { ScoresTable } from './ScoresView';
import { Statements } from './Statements';

const score = (instrument: string, given: Partial<StatedScore>): StatedScore => ({
  instrument,
  score: 0,
  chance: null,
  expected: null,
  low: null,
  high: null,
  ts: '2026-11-30T21:00:00Z',
  available_at: '2026-11-30T21:15:00Z',
  ...given,
});
const rows = [
  score('XNAS:LOW', { score: -1, chance: 0.4567, expected: -0.0031, low: -0.0631, high: 0.0569 }),
  score('XNAS:TOP', { score: 2, chance: 0.5432, expected: 0.0042, low: -0.0558, high: 0.0642 }),
  score('XNAS:OLD', { score: 1 }),
];
const forecast: ModelVersionDetail['forecast'] = {
  horizon: 5,
  alpha: 0.1,
  radius: 0.06,
  names: 40,
  rows: 32000,
  bars: 800,
  learned_until: '2026-11-20T21:00:00Z',
  skill: { value: 0.00213, error: 0.0005, count: 700 },
  coverage: { value: 0.903, error: 0.006, count: 500 },
};
const version = (given: Partial<ModelVersionDetail>): ModelVersionDetail =>
  ({ forecast: null, no_forecast: null, imported: null, ...given }) as ModelVersionDetail;

describe('the scores of a version', () => {
  it('tell chances in percent and returns with a sign, the highest first', async () => {
    await renderInApp(<ScoresTable rows={rows} published="2026-12-01T00:00:00Z" alpha={0.1} />);
    expect(screen.getByRole('columnheader', { name: 'Interval, 90%' })).toBeVisible();
    const cells = screen
      .getAllByRole('row')
      .slice(1)
      .map((row) =>
        within(row)
          .getAllByRole('gridcell')
          .map((cell) => cell.textContent),
      );
    expect(cells).toEqual([
      ['XNAS:TOP', '2.0000', '54.3%', '+0.42%', '−5.6% … +6.4%', '2026-11-30 21:00'],
      ['XNAS:OLD', '1.0000', '–', '–', '–', '2026-11-30 21:00'],
      ['XNAS:LOW', '−1.0000', '45.7%', '−0.31%', '−6.3% … +5.7%', '2026-11-30 21:00'],
    ]);
  });

  it('have no empty columns where a version states nothing', async () => {
    await renderInApp(
      <ScoresTable rows={rows} published="2026-12-01T00:00:00Z" alpha={undefined} />,
    );
    const headers = screen.getAllByRole('columnheader').map((one) => one.textContent);
    expect(headers).toEqual(['Instrument', 'Score', 'Bar']);
  });
});

describe('what a version states', () => {
  it('is told with what it was learned from and how it held', async () => {
    await renderInApp(<Statements version={version({ forecast })} />);
    expect(screen.getByText('32,000 rows, 800 bars')).toBeVisible();
    expect(screen.getByText('90.3% ± 0.6')).toBeVisible();
    expect(screen.getByText('+0.00213 ± 0.00050')).toBeVisible();
  });

  it('is not there for a reason that is told', async () => {
    const lack = { kind: 'rows', found: 204, least: 500, why: '' } as const;
    await renderInApp(<Statements version={version({ no_forecast: lack })} />);
    expect(screen.getByText('This version states none.')).toBeVisible();
    expect(screen.getByText(/204 rows out of sample/)).toBeVisible();
  });
});
