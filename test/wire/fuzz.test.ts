import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { corpus } from './entries/index.ts';
import { ask, type Case, isOurs, type Outcome } from './fuzz/ask.ts';
import { cut, type Json, piecesOf, print, textOf } from './fuzz/bytes.ts';
import { reframed, withJunk, withLoss, withNoise } from './fuzz/mutations.ts';
import type { Mode } from './play.ts';

/**
 * The corpus, changed at random: `WIRE_SEED=1 WIRE_RUNS=100000 npm run unit -- test/wire/fuzz` plays others, and more of them.
 * What comes is the same answer or a failure of a known type; never a shorter answer as a success, never nothing.
 */
const seed = Number(process.env['WIRE_SEED'] ?? 12);
const runs = Number(process.env['WIRE_RUNS'] ?? 20_000);

const cases: readonly Case[] = Object.values(corpus)
  .flat()
  .flatMap((entry) =>
    (['chat', 'stream'] as readonly Mode[]).flatMap((mode) => {
      const bytes = entry[mode];
      return bytes === undefined
        ? []
        : entry.over.filter(isOurs).map((over) => ({ entry, over, mode, bytes }));
    }),
  );
const robust = (to: 'cut' | 'loss'): readonly Case[] =>
  cases.filter(({ entry }) => entry.sensitiveTo?.includes(to) !== true);
const streams = cases.filter(
  ({ mode, bytes }) => mode === 'stream' && textOf(bytes.packets).includes('data:'),
);

const known = new Map<Case, Promise<Outcome>>();
/** What comes of a case as it stands. */
function asItStands(one: Case): Promise<Outcome> {
  const outcome = known.get(one) ?? ask(one, cut(textOf(one.bytes.packets), []));
  known.set(one, outcome);
  return outcome;
}

const number = fc.nat(1_000_000);
const numbers = fc.array(number, { maxLength: 8 });
const anyJson = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>;

/** Plays a share of all runs. */
async function check<T extends [unknown, ...unknown[]]>(
  share: number,
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  property: (...values: T) => Promise<void>,
): Promise<void> {
  await fc.assert(fc.asyncProperty(...arbitraries, property), { seed, numRuns: Math.ceil(runs * share) });
}

/** The same content, or a failure. */
async function expectNoLess(one: Case, packets: readonly Uint8Array[]): Promise<void> {
  const [before, after] = [await asItStands(one), await ask(one, packets)];
  if (!before.failed && !after.failed) expect(after.content).toBe(before.content);
}

describe('the randomly changed corpus', { timeout: 600_000 }, () => {
  it('yields the same result for any split into packets', () =>
    check(0.25, [fc.constantFrom(...cases), numbers], async (one, places) => {
      expect(await ask(one, cut(textOf(one.bytes.packets), places))).toEqual(await asItStands(one));
    }));

  it('yields the same result with other line ends, keep-alive lines and event fields', () =>
    check(
      0.15,
      [
        fc.constantFrom(...streams),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.constantFrom(': alive', 'retry: 3000', 'id: 7', 'data:', 'event: ping\ndata: {}'),
        numbers,
        numbers,
      ],
      async (one, lineEnd, comment, at, places) => {
        const text = reframed(textOf(one.bytes.packets), lineEnd, comment, at);
        expect(await ask(one, cut(text, places))).toEqual(await asItStands(one));
      },
    ));

  it('yields the same result with unknown fields and another field order', () =>
    check(0.2, [fc.constantFrom(...cases), numbers, anyJson], async (one, choices, value) => {
      const text = print(withNoise(piecesOf(one.bytes), choices, value));
      expect(await ask(one, cut(text, []))).toEqual(await asItStands(one));
    }));

  it('yields the same content or a failure if a field without content is missing, null or empty', () =>
    check(
      0.15,
      [fc.constantFrom(...robust('loss')), number, fc.constantFrom('dropped', 'null', 'empty')],
      async (one, choice, how) => {
        await expectNoLess(one, cut(print(withLoss(piecesOf(one.bytes), choice, how)), []));
      },
    ));

  it('yields the same content or a failure if it is cut off', () =>
    check(0.15, [fc.constantFrom(...robust('cut')), number], async (one, place) => {
      const [begun = new Uint8Array()] = cut(textOf(one.bytes.packets), [place]);
      await expectNoLess(one, [begun]);
    }));

  it('yields an answer or a failure for any field values', () =>
    check(0.1, [fc.constantFrom(...cases), numbers, anyJson], async (one, choices, junk) => {
      await ask(one, cut(print(withJunk(piecesOf(one.bytes), choices, junk)), []));
    }));
});
