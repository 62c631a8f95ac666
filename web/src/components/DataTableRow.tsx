import type { Column } from '@/components/DataTable';
import { cx } from '@/lib/classes';

type LineProps<Row> = {
  id: string;
  row: Row;
  index: number;
  columns: Column<Row>[];
  template: string;
  top: number;
  active: boolean;
  dense: boolean | undefined;
  selected: boolean;
  onClick: ((row: Row) => void) | undefined;
};

/** One row, placed where the virtual list wants it. */
export function Line<Row>({
  id,
  row,
  index,
  columns,
  template,
  top,
  active,
  dense,
  selected,
  onClick,
}: LineProps<Row>) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Enter on the grid does the same for the active row
    <div
      role="row"
      id={id}
      aria-rowindex={index + 2}
      aria-selected={selected || undefined}
      onClick={onClick && (() => onClick(row))}
      className={cx(
        'absolute inset-x-0 grid items-center border-line-soft border-t',
        dense ? 'h-7 px-2' : 'h-9 px-3',
        onClick && 'cursor-pointer hover:bg-hover',
        selected && 'bg-accent-soft',
        active && 'bg-hover outline-1 -outline-offset-1 outline-focus',
      )}
      style={{ gridTemplateColumns: template, transform: `translateY(${top}px)` }}
    >
      {columns.map((column) => (
        <div
          key={column.key}
          role="gridcell"
          className={cx(
            'min-w-0 truncate',
            dense ? 'px-1.5' : 'px-2',
            column.numeric && 'text-right',
          )}
        >
          {column.cell(row)}
        </div>
      ))}
    </div>
  );
}
