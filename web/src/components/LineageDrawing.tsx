import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { cx } from '@/lib/classes';
import { formatInteger } from '@/lib/format';
import { type Graph, layout, type Placed } from '@/lib/lineage';

const WIDTH = 168;
const HEIGHT = 40;
const GAP_X = 44;
const GAP_Y = 10;

type Node = { key: string };

const x = ({ column }: Placed<Node>): number => column * (WIDTH + GAP_X);
const y = ({ row }: Placed<Node>): number => row * (HEIGHT + GAP_Y);

type LineageDrawingProps<One extends Node> = {
  label: string;
  graph: Graph<One>;
  /** The node that it is about. */
  own: string;
  /** What is in a node's box. */
  box: (node: One, own: boolean) => ReactNode;
};

/** Boxes from data at the left to what uses it at the right, with a line for each step. */
export function LineageDrawing<One extends Node>(props: LineageDrawingProps<One>) {
  const { label, graph, own, box } = props;
  const { placed, lines, columns, rows } = layout(graph);
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className="overflow-auto pb-2"
    >
      <div
        className="relative"
        style={{
          width: columns * (WIDTH + GAP_X) - GAP_X,
          height: rows * (HEIGHT + GAP_Y) - GAP_Y,
        }}
      >
        <svg aria-hidden className="absolute inset-0 size-full" fill="none">
          {lines.map(({ from, to }) => {
            const [left, right] = [x(from) + WIDTH, x(to)];
            const [top, bottom] = [y(from) + HEIGHT / 2, y(to) + HEIGHT / 2];
            const near = from.node.key === own || to.node.key === own;
            return (
              <path
                key={`${from.node.key}>${to.node.key}`}
                d={`M${left},${top} C${left + GAP_X / 2},${top} ${right - GAP_X / 2},${bottom} ${right},${bottom}`}
                stroke={near ? 'var(--accent)' : 'var(--line-strong)'}
                strokeWidth={1.5}
              />
            );
          })}
        </svg>
        <ul>
          {placed.map((one) => (
            <li
              key={one.node.key}
              className="absolute"
              style={{ left: x(one), top: y(one), width: WIDTH, height: HEIGHT }}
            >
              {box(one.node, one.node.key === own)}
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

/** The look of a node's box. */
export const boxClass = (own: boolean, linked: boolean): string =>
  cx(
    'block h-full rounded-md border px-2 py-0.5 leading-4.5',
    own ? 'border-accent bg-accent-soft' : 'border-line-strong bg-surface-2/50',
    linked && !own && 'hover:border-text-3',
  );

/** How many users are not drawn, because they are not shared. */
export function HiddenUsers({ count }: { count: number }) {
  return <Trans>{formatInteger(count)} more use it that are not shared with you.</Trans>;
}
