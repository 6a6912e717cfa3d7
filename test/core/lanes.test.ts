import { describe, expect, it } from 'vitest';
import { type LaneEntry, priorityLanes } from '../../src/core/admission/lanes.ts';

/** Lanes of entries `name: [rank, line]`, which arrive in this order. */
function filled(entries: Readonly<Record<string, readonly [rank: number, line: string]>>) {
  const lanes = priorityLanes<LaneEntry & { readonly name: string }>();
  const byName = Object.fromEntries(
    Object.entries(entries).map(([name, [rank, line]], number) => [name, { name, rank, line, number }]),
  );
  for (const entry of Object.values(byName)) lanes.add(entry);
  return { lanes, entry: (name: string) => byName[name] as LaneEntry & { readonly name: string } };
}

describe('priorityLanes', () => {
  it('serves by rank, and in the order of arrival within one, for any queue', () => {
    const { lanes } = filled({ a: [1, 'x'], b: [0, 'y'], c: [1, 'y'], d: [0, 'x'], e: [2, 'x'] });
    const order: string[] = [];
    for (let head = lanes.head(new Set()); head !== undefined; head = lanes.head(new Set())) {
      order.push(head.name);
      lanes.delete(head);
    }
    expect(order).toEqual(['b', 'd', 'a', 'c', 'e']);
    expect(lanes.size).toBe(0);
  });

  it('passes over a whole lane whose head is stuck, and over no other', () => {
    const { lanes, entry } = filled({ a: [0, 'x'], b: [0, 'x'], c: [0, 'y'], d: [1, 'x'] });
    expect(lanes.head(new Set([entry('a')]))?.name).toBe('c');
    expect(lanes.head(new Set([entry('a'), entry('c')]))?.name).toBe('d');
    expect(lanes.head(new Set([entry('a'), entry('c'), entry('d')]))).toBeUndefined();
  });

  it('evicts the latest of the lowest rank, and only below the rank that needs its place', () => {
    const { lanes } = filled({ a: [2, 'x'], b: [1, 'y'], c: [2, 'y'], d: [1, 'x'] });
    expect(lanes.leastBelow(0)?.name).toBe('c');
    expect(lanes.leastBelow(1)?.name).toBe('c');
    expect(lanes.leastBelow(2)).toBeUndefined();
  });

  it('counts those of a line that are served before a rank', () => {
    const { lanes } = filled({ a: [0, 'x'], b: [1, 'x'], c: [1, 'x'], d: [2, 'x'], e: [1, 'y'] });
    expect([0, 1, 2].map((rank) => lanes.before('x', rank))).toEqual([1, 3, 4]);
    expect(lanes.before('z', 2)).toBe(0);
  });

  it('removes an entry once, however often it is deleted', () => {
    const { lanes, entry } = filled({ a: [0, 'x'], b: [0, 'x'] });
    lanes.delete(entry('a'));
    lanes.delete(entry('a'));
    expect(lanes.size).toBe(1);
  });
});
