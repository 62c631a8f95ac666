import { Trans, useLingui } from '@lingui/react/macro';
import { heatStrength, type Month, yearRows } from '@/charts/data';
import { cx } from '@/lib/classes';
import { formatNumber, formatSigned, monthLetters, monthName, toneOf } from '@/lib/format';

type Picked = { year: number; month: number } | null;

type MonthlyMapProps = {
  months: Month[];
  label: string;
  /** The month a linked chart shows now. */
  selected?: Picked;
  /** A click zooms the linked charts: a month, or a whole year with month 0. */
  onPick?: (picked: { year: number; month: number }) => void;
};

/** Returns by month in percent, a year a row: `<MonthlyMap months={monthly} onPick={zoom} label={t`Monthly returns`} />`. */
export function MonthlyMap({ months, label, selected, onPick }: MonthlyMapProps) {
  const { t } = useLingui();
  const strength = heatStrength(months.map((month) => month.value));
  const rows = yearRows(months);
  return (
    <table
      aria-label={label}
      className="w-full table-fixed border-separate border-spacing-0.5 text-center text-11 tabular"
    >
      <thead className="sticky top-0 z-1 bg-surface">
        <tr className="text-text-3">
          <td className="w-8" />
          {monthLetters().map((letter, month) => (
            <th
              key={monthName(month + 1)}
              scope="col"
              className="font-normal"
              abbr={monthName(month + 1)}
            >
              {letter}
            </th>
          ))}
          <th scope="col" className="w-10 text-right font-normal">
            <Trans>Year</Trans>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.year}>
            <th scope="row" className="text-left font-normal text-text-3">
              {row.year}
            </th>
            {row.months.map((value, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the index is the month
              <td key={index} className="p-0">
                <Cell
                  value={value}
                  strength={value === null ? 0 : strength(value)}
                  name={t`${monthName(index + 1)} ${row.year}: ${percentText(value)}%`}
                  selected={selected?.year === row.year && selected.month === index + 1}
                  onClick={onPick && (() => onPick({ year: row.year, month: index + 1 }))}
                />
              </td>
            ))}
            <td className={cx('text-right', toneOf(row.total))}>
              {formatSigned(row.total === null ? null : row.total * 100, 1)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** As much as a cell has room for; the name of the cell says the same. */
function percentText(value: number | null): string {
  const percent = value === null ? null : value * 100;
  return formatNumber(percent, Math.abs(percent ?? 0) < 9.95 ? 1 : 0);
}

type CellProps = {
  value: number | null;
  strength: number;
  name: string;
  selected: boolean;
  onClick: (() => void) | undefined;
};

const CELL = 'flex h-6 w-full items-center justify-center rounded-sm text-11 tracking-[-0.03em]';

function Cell({ value, strength, name, selected, onClick }: CellProps) {
  if (value === null) return <div className={cx(CELL, 'bg-bg')} />;
  const fill = value < 0 ? 'var(--loss-fill)' : 'var(--gain-fill)';
  // Half strength at most keeps the figures readable in both themes.
  const share = Math.round(8 + strength * 47);
  const style = { background: `color-mix(in oklab, ${fill} ${share}%, var(--surface))` };
  const text = percentText(value);
  if (!onClick) {
    return (
      <div className={CELL} style={style} title={name}>
        {text}
      </div>
    );
  }
  return (
    <button
      type="button"
      onClick={onClick}
      title={name}
      aria-label={name}
      aria-pressed={selected}
      className={cx(
        CELL,
        'hover:outline-1 hover:outline-text-3',
        selected && 'outline-2 outline-text',
      )}
      style={style}
    >
      {text}
    </button>
  );
}
