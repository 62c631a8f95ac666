import type { HeaderGroup } from '@tanstack/react-table';
import { ArrowDown, ArrowUp } from 'lucide-react';
import type { Column } from '@/components/DataTable';
import { cx } from '@/lib/classes';

type HeaderRowProps<Row> = {
  columns: Column<Row>[];
  header: HeaderGroup<Row> | undefined;
  template: string;
  dense: boolean | undefined;
};

/** The sticky head of a `DataTable`; a sortable column is a button. */
export function HeaderRow<Row>({ columns, header, template, dense }: HeaderRowProps<Row>) {
  return (
    <div role="rowgroup" className="sticky top-0 z-10 bg-surface">
      <div
        role="row"
        aria-rowindex={1}
        className={cx(
          'grid items-center border-line border-y text-text-3',
          dense ? 'h-8 px-2' : 'h-9 px-3',
        )}
        style={{ gridTemplateColumns: template }}
      >
        {columns.map((column) => {
          const handle = header?.headers.find((item) => item.id === column.key)?.column;
          const sorted = handle?.getIsSorted() ?? false;
          const canSort = handle?.getCanSort() ?? false;
          return (
            <div
              key={column.key}
              role="columnheader"
              aria-sort={sorted ? (sorted === 'desc' ? 'descending' : 'ascending') : undefined}
              className={cx('min-w-0', dense ? 'px-1.5' : 'px-2', column.numeric && 'text-right')}
            >
              {canSort ? (
                <button
                  type="button"
                  onClick={handle?.getToggleSortingHandler()}
                  className={cx(
                    'inline-flex h-6 max-w-full items-center gap-1 truncate hover:text-text',
                    column.numeric && 'flex-row-reverse',
                    sorted && 'font-medium text-text',
                  )}
                >
                  <span className="truncate">{column.header}</span>
                  {sorted === 'desc' && <ArrowDown className="size-3" aria-hidden />}
                  {sorted === 'asc' && <ArrowUp className="size-3" aria-hidden />}
                </button>
              ) : (
                <span className="block truncate">{column.header}</span>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
