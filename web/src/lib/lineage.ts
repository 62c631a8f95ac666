/** Where the boxes of a lineage stand: columns from data to what uses it, and lines between. Pure. */
type Keyed = { key: string };
export type Graph<Node extends Keyed> = {
  nodes: Node[];
  edges: { source: string; target: string }[];
};
export type Placed<Node extends Keyed> = { node: Node; column: number; row: number };
export type Line<Node extends Keyed> = { from: Placed<Node>; to: Placed<Node> };
export type Layout<Node extends Keyed> = {
  placed: Placed<Node>[];
  lines: Line<Node>[];
  columns: number;
  rows: number;
};

/**
 * A node stands one column behind the last of those it is made from. What nothing is made from stands
 * as far to the right as it may, next to its user, so that lines stay short.
 */
export function layout<Node extends Keyed>(lineage: Graph<Node>): Layout<Node> {
  const depth = new Map<string, number>();
  const sources = new Map<string, string[]>();
  const targets = new Map<string, string[]>();
  for (const { source, target } of lineage.edges) {
    sources.set(target, [...(sources.get(target) ?? []), source]);
    targets.set(source, [...(targets.get(source) ?? []), target]);
  }
  const depthOf = (key: string): number => {
    const known = depth.get(key);
    if (known !== undefined) return known;
    depth.set(key, 0); // Holds should a circle ever be told.
    const found = Math.max(-1, ...(sources.get(key) ?? []).map(depthOf)) + 1;
    depth.set(key, found);
    return found;
  };
  for (const { key } of lineage.nodes) depthOf(key);
  for (const { key } of lineage.nodes) {
    if (sources.has(key) || !targets.has(key)) continue;
    const nearest = Math.min(...(targets.get(key) ?? []).map((one) => depth.get(one) ?? 0));
    depth.set(key, Math.max(0, nearest - 1));
  }
  const filled = new Map<number, number>();
  const at = new Map<string, Placed<Node>>();
  for (const node of lineage.nodes) {
    const column = depth.get(node.key) ?? 0;
    const row = filled.get(column) ?? 0;
    filled.set(column, row + 1);
    at.set(node.key, { node, column, row });
  }
  const lines = lineage.edges.flatMap(({ source, target }) => {
    const [from, to] = [at.get(source), at.get(target)];
    return from && to ? [{ from, to }] : [];
  });
  return {
    placed: [...at.values()],
    lines,
    columns: Math.max(0, ...filled.keys()) + 1,
    rows: Math.max(1, ...filled.values()),
  };
}
