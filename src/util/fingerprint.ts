/**
 * A short, deterministic fingerprint of a text. 32 bits per round: enough to distinguish a few texts, too
 * little to reveal a key.
 *
 * FNV-1a: https://www.rfc-editor.org/rfc/rfc9923, section 2; `seed` is prefixed to the text.
 */
export function fingerprint(text: string, seed = 0): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${seed}:${text}`)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(36);
}
