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

/** A longer hash, as text: by 64 bits, two of many thousand texts are never the same in practice. */
export function longHash(text: string): string {
  return `${hash(text).toString(36)}-${hash(`~${text}`).toString(36)}`;
}

/** The hash as a number from 0 to below 1. */
export function hashShare(text: string): number {
  return hash(text) / 2 ** 32;
}

/** A SHA-256 digest, so that texts of any length compare in the same time. */
export async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

/** 1 if all bytes are equal, else 0, in constant time. */
export function same(a: Uint8Array, b: Uint8Array): 0 | 1 {
  let difference = a.length ^ b.length;
  for (const [index, byte] of a.entries()) difference |= byte ^ (b[index] ?? 0);
  return difference === 0 ? 1 : 0;
}
