import { describe, expect, it } from 'vitest';
import { layout } from './lineage';

const node = (key: string) => ({ key });
const edge = (source: string, target: string) => ({ source, target });

describe('layout of a lineage', () => {
  const found = layout({
    nodes: ['feature', 'bars', 'close', 'vix', 'base', 'set', 'model'].map((key) => node(key)),
    edges: [
      edge('bars', 'close'),
      edge('close', 'feature'),
      edge('vix', 'feature'),
      edge('base', 'feature'),
      edge('feature', 'set'),
      edge('set', 'model'),
    ],
  });
  const column = (key: string) => found.placed.find((one) => one.node.key === key)?.column;

  it('puts everything behind what it is made from', () => {
    for (const { from, to } of found.lines) expect(to.column).toBeGreaterThan(from.column);
    expect(['bars', 'close', 'feature', 'set', 'model'].map(column)).toEqual([0, 1, 2, 3, 4]);
    expect(found.columns).toBe(5);
  });

  it('puts what is made from nothing next to its user', () => {
    expect([column('vix'), column('base')]).toEqual([1, 1]);
  });

  it('gives each box a place of its own', () => {
    const places = found.placed.map((one) => `${one.column}/${one.row}`);
    expect(new Set(places).size).toBe(places.length);
    expect(found.rows).toBe(3);
  });

  it('survives a circle and an edge to nothing', () => {
    const circle = layout({
      nodes: [node('a'), node('b')],
      edges: [edge('a', 'b'), edge('b', 'a'), edge('a', 'gone')],
    });
    expect(circle.placed).toHaveLength(2);
    expect(circle.lines).toHaveLength(2);
  });
});
