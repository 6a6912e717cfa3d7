/**
 * A 32-bit hash of a text, the same in every process. FNV-1a (Fowler, Noll, Vo) with the final step of
 * MurmurHash3 (Appleby), so that texts that differ in one character get unrelated hashes.
 */
export function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193);
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35);
  return (sum ^ (sum >>> 16)) >>> 0;
}

/** The hash as a number from 0 to below 1. */
export function hashShare(text: string): number {
  return hash(text) / 2 ** 32;
}
