import type { Random } from '../types/clock.ts';

/**
 * Random numbers that repeat with the seed, for tests and simulations. Not for secrets.
 * Algorithm: mulberry32 by Tommy Ettinger (public domain), 32 bits of state.
 *
 * @example
 * const router = createRouter({ targets, random: seededRandom(42) });
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
