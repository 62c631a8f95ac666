import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { type Column, DataTable } from '@/components/DataTable';
import { Field, Input } from '@/components/Field';
import { Segmented } from '@/components/Segmented';
import { ErrorCard } from '@/components/States';
import { OfflineError, ProblemError } from '@/lib/problem';
import { renderInApp } from '@/test/render';

type Row = { id: string; name: string; value: number | null };
const rows: Row[] = [
  { id: 'a', name: 'Beta', value: 2 },
  { id: 'b', name: 'Alpha', value: null },
  { id: 'c', name: 'Gamma', value: 3 },
];
const columns: Column<Row>[] = [
  { key: 'name', header: 'Name', value: (row) => row.name, cell: (row) => row.name },
  {
    key: 'value',
    header: 'Value',
    numeric: true,
    value: (row) => row.value,
    cell: (row) => row.value ?? '–',
  },
];
const names = (): (string | null | undefined)[] =>
  screen
    .getAllByRole('row')
    .slice(1)
    .map((row) => within(row).getAllByRole('gridcell')[0]?.textContent);

describe('DataTable', () => {
  it('sorts by a column and leaves what is not known at the end, either way', async () => {
    await renderInApp(
      <DataTable label="Rows" columns={columns} rows={rows} rowKey={(row) => row.id} />,
    );
    const value = screen.getByRole('button', { name: 'Value' });
    await userEvent.click(value);
    expect(names()).toEqual(['Gamma', 'Beta', 'Alpha']);
    await userEvent.click(value);
    expect(names()).toEqual(['Beta', 'Gamma', 'Alpha']);
    expect(screen.getByRole('columnheader', { name: 'Value' })).toHaveAttribute(
      'aria-sort',
      'ascending',
    );
  });

  it('opens a row by the keyboard alone', async () => {
    const open = vi.fn();
    await renderInApp(
      <DataTable
        label="Rows"
        columns={columns}
        rows={rows}
        rowKey={(row) => row.id}
        onRowClick={open}
      />,
    );
    screen.getByRole('grid', { name: 'Rows' }).focus();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}{Enter}');
    expect(open).toHaveBeenCalledWith(rows[1]);
  });

  it('asks for more when the end is in sight', async () => {
    const more = vi.fn();
    await renderInApp(
      <DataTable
        label="Rows"
        columns={columns}
        rows={rows}
        rowKey={(row) => row.id}
        hasMore
        onEnd={more}
      />,
    );
    expect(more).toHaveBeenCalled();
  });

  it('leaves the sorting to the server when told to', async () => {
    const onSort = vi.fn();
    const sort = { key: 'name', descending: false };
    await renderInApp(
      <DataTable
        label="Rows"
        columns={columns}
        rows={rows}
        rowKey={(row) => row.id}
        sort={sort}
        onSort={onSort}
      />,
    );
    expect(names()).toEqual(['Beta', 'Alpha', 'Gamma']);
    await userEvent.click(screen.getByRole('button', { name: 'Value' }));
    expect(onSort).toHaveBeenCalledWith({ key: 'value', descending: true });
  });
});

it('a field names its input and tells what is wrong with it', async () => {
  await renderInApp(
    <Field label="Name" error="Give it a name.">
      <Input />
    </Field>,
  );
  const input = screen.getByLabelText('Name');
  expect(input).toHaveAttribute('aria-invalid', 'true');
  expect(input).toHaveAccessibleDescription('Give it a name.');
});

it('a segmented choice cannot be left empty', async () => {
  const onChange = vi.fn();
  const options = [
    { value: 'a', label: 'A' },
    { value: 'b', label: 'B' },
  ] as const;
  await renderInApp(
    <Segmented label="Which" value="a" options={[...options]} onChange={onChange} />,
  );
  await userEvent.click(screen.getByRole('button', { name: 'A' }));
  expect(onChange).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole('button', { name: 'B' }));
  expect(onChange).toHaveBeenCalledWith('b');
});

describe('ErrorCard', () => {
  const problem = { title: 'Not allowed', status: 409, detail: 'It is running.', trace_id: 'abc' };
  it('says what failed in the words of the server, with the trace, and tries again', async () => {
    const retry = vi.fn();
    await renderInApp(
      <ErrorCard error={new ProblemError(problem)} what="The list" onRetry={retry} />,
    );
    expect(screen.getByRole('alert')).toHaveTextContent(/Not allowed. It is running.*abc/);
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(retry).toHaveBeenCalledOnce();
  });
  it('tells a server that does not answer from one that refuses', async () => {
    await renderInApp(<ErrorCard error={new OfflineError(null)} what="The list" />);
    expect(screen.getByRole('alert')).toHaveTextContent(/did not answer/);
  });
});
