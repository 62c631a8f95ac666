import type { ReactNode } from 'react';

/** A head that only screen readers need. */
export function Unseen({ text }: { text: string }) {
  return <span className="sr-only">{text}</span>;
}

type ColumnsProps = {
  label: string;
  heads: ReactNode[];
  rows: { key: string; cells: ReactNode[] }[];
};

/** A small table: names at the left, figures at the right; it scrolls sideways where it must. */
export function Columns({ label, heads, rows }: ColumnsProps) {
  return (
    <table className="w-full text-12 tabular" aria-label={label}>
      <thead className="sticky top-0 z-1 bg-surface">
        <tr className="text-text-3">
          {heads.map((head, index) => (
            <th
              // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their order
              key={index}
              scope="col"
              className={`py-1 font-normal whitespace-nowrap ${index === 0 ? 'text-left' : 'pl-3 text-right'}`}
            >
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key} className="border-line-soft border-t">
            {row.cells.map((cell, index) =>
              index === 0 ? (
                <th
                  // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their order
                  key={index}
                  scope="row"
                  className="max-w-48 truncate py-1 text-left font-normal"
                >
                  {cell}
                </th>
              ) : (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns keep their order
                <td key={index} className="py-1 pl-3 text-right whitespace-nowrap">
                  {cell}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
