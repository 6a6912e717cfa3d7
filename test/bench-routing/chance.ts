/**
 * An even share from 0 to 1 that depends only on the numbers given: so what a target does with a request is the same whichever rule
 * sends it there, and in whatever order. That makes contenders comparable seed by seed.
 * Algorithm: the finalizer of MurmurHash3 (Austin Appleby, public domain), once for each number.
 */
export function chance(...numbers: readonly number[]): number {
  let state = 0x9e3779b9;
  for (const number of numbers) {
    let mixed = (state ^ number) >>> 0;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    state = (Math.imul(mixed ^ (mixed >>> 16), 5) + 0xe6546b64) >>> 0;
  }
  return ((state ^ (state >>> 15)) >>> 0) / 4_294_967_296;
}
