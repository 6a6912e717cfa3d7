/** `sk-sb-<12 public characters>-<48 secret ones>`: about 285 random bits. */
const form = /^sk-sb-([0-9A-Za-z]{12})-[0-9A-Za-z]{48}$/;
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A new token, and its public part. */
export function newToken(): { readonly token: string; readonly id: string } {
  const id = randomText(12);
  return { token: `sk-sb-${id}-${randomText(48)}`, id };
}

/** The public part of a token; `undefined` for other text. */
export function publicPart(token: string): string | undefined {
  return form.exec(token)?.[1];
}

export async function digestOf(token: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** In constant time, so that the time of an answer does not reveal how close a guess was. */
export function sameDigest(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}

function randomText(length: number): string {
  let text = '';
  while (text.length < length) {
    // Bytes beyond the last whole multiple would make some characters more likely.
    for (const byte of crypto.getRandomValues(new Uint8Array(64)))
      if (byte < 248 && text.length < length) text += alphabet[byte % 62];
  }
  return text;
}
