import { useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { Card } from '@/components/Card';
import { type Column, DataTable, type Sort } from '@/components/DataTable';
import { Page } from '@/components/Page';
import { SearchField } from '@/components/SearchField';
import { ErrorCard } from '@/components/States';

type Listed<Row> = {
  rows: Row[];
  isPending: boolean;
  error: unknown;
  refetch: () => unknown;
  hasNextPage?: boolean;
  isFetchingNextPage?: boolean;
  fetchNextPage?: () => unknown;
};

type ListPageProps<Row extends { id: string }> = {
  title: string;
  intro?: ReactNode;
  list: Listed<Row>;
  columns: Column<Row>[];
  initialSort?: Sort;
  onOpen: (row: Row) => void;
  /** The text of the search field, kept in the URL; rows are found by `text`. */
  query?: string | undefined;
  onQuery?: (query: string | undefined) => void;
  text?: (row: Row) => string;
  filters?: ReactNode;
  actions?: ReactNode;
  empty: ReactNode;
  above?: ReactNode;
};

/** The list of a noun: title, search, table. Filters and sort stand in the card's head. */
export function ListPage<Row extends { id: string }>(props: ListPageProps<Row>) {
  const { title, intro, list, columns, initialSort, onOpen, query, onQuery, text, filters } = props;
  const { t } = useLingui();
  const needle = (query ?? '').toLowerCase();
  const rows =
    needle && text
      ? list.rows.filter((row) => text(row).toLowerCase().includes(needle))
      : list.rows;
  return (
    <Page title={title} meta={intro} actions={props.actions} fill>
      {props.above}
      {list.error && list.rows.length === 0 ? (
        <ErrorCard error={list.error} what={t`The list`} onRetry={list.refetch} />
      ) : (
        <Card
          flush
          className="min-h-100 flex-1 lg:min-h-0"
          aria-label={title}
          actions={
            (filters || onQuery) && (
              <>
                {filters}
                {onQuery && (
                  <SearchField
                    label={t`Find…`}
                    defaultValue={query}
                    onChange={(event) => onQuery(event.target.value || undefined)}
                    className="w-44"
                  />
                )}
              </>
            )
          }
        >
          <DataTable
            label={title}
            columns={columns}
            rows={rows}
            rowKey={(row) => row.id}
            onRowClick={onOpen}
            loading={list.isPending || Boolean(list.isFetchingNextPage)}
            hasMore={Boolean(list.hasNextPage)}
            {...(list.fetchNextPage ? { onEnd: list.fetchNextPage } : {})}
            {...(initialSort ? { initialSort } : {})}
            empty={props.empty}
          />
        </Card>
      )}
    </Page>
  );
}
