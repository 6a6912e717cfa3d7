import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Slot, swapSet } from '../../src/util/swap-set.ts';

interface Thing extends Slot {
  readonly name: number;
}

describe('a swap set', () => {
  it('holds the same items as a Set after any additions and removals', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(9))), (steps) => {
        const things: readonly Thing[] = Array.from({ length: 10 }, (_, name) => ({ name }));
        const ours = swapSet<Thing>();
        const model = new Set<Thing>();
        for (const [comes, name] of steps) {
          const thing = things[name];
          if (thing === undefined) continue;
          if (!comes) expect(ours.delete(thing)).toBe(model.delete(thing));
          else if (!model.has(thing)) {
            ours.add(thing);
            model.add(thing);
          }
          expect(new Set(ours.items)).toEqual(model);
          expect(ours.items).toHaveLength(model.size);
        }
      }),
    );
  });
});
