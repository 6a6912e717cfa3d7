/**
 * The same number for the same text, in every process: 32 bits. FNV-1a (Fowler, Noll, Vo), with the last step of MurmurHash3
 * (Appleby) so that texts that differ in one character have nothing in common.
 */
export function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193);
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35);
  return (sum ^ (sum >>> 16)) >>> 0;
}

/** The same as a share: at least 0, and less than 1. */
export function hashShare(text: string): number {
  return hash(text) / 2 ** 32;
}
