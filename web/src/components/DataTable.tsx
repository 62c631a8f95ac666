import { useLingui } from '@lingui/react/macro';
import {
  type ColumnDef,
  getCoreRowModel,
  getSortedRowModel,
  type SortingState,
  type Row as TableRow,
  useReactTable,
} from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react';
import { HeaderRow } from '@/components/DataTableHeader';
import { Line } from '@/components/DataTableRow';
import { SkeletonRows } from '@/components/Skeleton';
import { cx } from '@/lib/classes';

export type Column<Row> = {
  key: string;
  header: ReactNode;
  cell: (row: Row) => ReactNode;
  /** What sorting compares. Without it the column is not sortable here. */
  value?: (row: Row) => string | number | null | undefined;
  /** Least width in pixels; what is left over is shared by `grow`. */
  width?: number;
  grow?: number;
  /** Numbers stand at the right. */
  numeric?: boolean;
  /** The server sorts by this column (with `sort` and `onSort`). */
  sortable?: boolean;
};

export type Sort = { key: string; descending: boolean };

type DataTableProps<Row> = {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  onRowClick?: (row: Row) => void;
  selected?: string | null;
  /** Given together when the server sorts; else the table sorts what it holds. */
  sort?: Sort | null;
  onSort?: (sort: Sort) => void;
  initialSort?: Sort;
  /** Called when the end comes into sight, if there is more. */
  onEnd?: () => void;
  hasMore?: boolean;
  loading?: boolean;
  empty?: ReactNode;
  /** Lower rows and closer columns, for tables beside charts. */
  dense?: boolean;
  /** Height of the scrolled part; by default it fills the parent. */
  maxHeight?: number;
};

const ROW_HEIGHT = 36;
const DENSE_HEIGHT = 28;

function columnDefs<Row>(columns: Column<Row>[]): ColumnDef<Row>[] {
  return columns.map((column) => ({
    id: column.key,
    accessorFn: (row) => column.value?.(row) ?? undefined,
    enableSorting: Boolean(column.value ?? column.sortable),
    sortUndefined: 'last',
    sortDescFirst: Boolean(column.numeric),
  }));
}

/**
 * Rows of any number: only those in sight exist in the page.
 * `<DataTable label={t`Trades`} columns={columns} rows={rows} rowKey={(r) => r.id} onEnd={fetchNextPage} hasMore={hasNextPage} />`
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowKey, sort, onSort, initialSort, empty, loading, maxHeight } =
    props;
  const [own, setOwn] = useState<SortingState>(
    initialSort ? [{ id: initialSort.key, desc: initialSort.descending }] : [],
  );
  const sorting = sort ? [{ id: sort.key, desc: sort.descending }] : own;
  const defs = useMemo(() => columnDefs(columns), [columns]);
  const table = useReactTable({
    data: rows,
    columns: defs,
    getRowId: rowKey,
    state: { sorting },
    manualSorting: Boolean(onSort),
    enableSortingRemoval: false,
    onSortingChange: (update) => {
      const next = typeof update === 'function' ? update(sorting) : update;
      const first = next[0];
      if (onSort && first) onSort({ key: first.id, descending: first.desc });
      else setOwn(next);
    },
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
  });
  const scroller = useRef<HTMLDivElement>(null);
  const template = columns.map((c) => `minmax(${c.width ?? 96}px, ${c.grow ?? 1}fr)`).join(' ');
  const minWidth = columns.reduce((sum, c) => sum + (c.width ?? 96), props.dense ? 16 : 24);
  return (
    <div
      ref={scroller}
      className={cx('relative min-h-0 overflow-auto', !maxHeight && 'h-full')}
      style={maxHeight ? { maxHeight } : undefined}
    >
      <Grid
        {...props}
        template={template}
        minWidth={minWidth}
        scroller={scroller}
        rows={table.getRowModel().rows}
      >
        <HeaderRow
          columns={columns}
          header={table.getHeaderGroups()[0]}
          template={template}
          dense={props.dense}
        />
      </Grid>
      {loading && rows.length === 0 && <SkeletonRows />}
      {!loading && rows.length === 0 && empty}
      <span className="sr-only" aria-live="polite">
        {loading ? '' : label}
      </span>
    </div>
  );
}

type GridProps<Row> = Omit<DataTableProps<Row>, 'rows'> & {
  rows: TableRow<Row>[];
  template: string;
  minWidth: number;
  scroller: React.RefObject<HTMLDivElement | null>;
  children: ReactNode;
};

function Grid<Row>(props: GridProps<Row>) {
  const { label, columns, rows, onRowClick, selected, template, minWidth, scroller } = props;
  const { onEnd, hasMore, loading, dense, children } = props;
  const { t } = useLingui();
  const id = useId();
  const [active, setActive] = useState(-1);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (dense ? DENSE_HEIGHT : ROW_HEIGHT),
    overscan: 12,
    initialRect: { width: 1000, height: 600 },
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasMore && !loading && last >= rows.length - 20) onEnd?.();
  }, [hasMore, loading, last, rows.length, onEnd]);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target !== event.currentTarget) return;
    const page = 12;
    const steps: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: rows.length - 1,
    };
    const row = rows[active];
    if (event.key === 'Enter' && row) onRowClick?.(row.original);
    const target = steps[event.key];
    if (target === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(rows.length - 1, target));
    setActive(next);
    virtual.scrollToIndex(next);
  };
  return (
    <div
      role="grid"
      aria-label={label}
      aria-rowcount={hasMore ? -1 : rows.length + 1}
      aria-activedescendant={active >= 0 && rows[active] ? `${id}-${active}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onBlur={() => setActive(-1)}
      className="text-12 tabular -outline-offset-2"
      style={{ minWidth }}
    >
      {children}
      <div
        role="rowgroup"
        aria-label={t`Rows`}
        className="relative"
        style={{ height: virtual.getTotalSize() }}
      >
        {items.map((item) => {
          const row = rows[item.index];
          return (
            row && (
              <Line
                key={row.id}
                id={`${id}-${item.index}`}
                row={row.original}
                index={item.index}
                columns={columns}
                template={template}
                top={item.start}
                active={item.index === active}
                dense={dense}
                selected={selected === row.id}
                onClick={onRowClick}
              />
            )
          );
        })}
      </div>
    </div>
  );
}
