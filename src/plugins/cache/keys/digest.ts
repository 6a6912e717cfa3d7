import type { Awaitable } from '../../../types/plugin.ts';
import { nodeProcess } from '../../../util/runtime.ts';

/** HMAC-SHA256 of a text, in hexadecimal. A promise only where the runtime has no synchronous one. */
export type Digest = (text: string) => Awaitable<string>;

/** The part of `node:crypto` that is used. */
interface NodeCrypto {
  createHmac(algorithm: 'sha256', key: string): { update(text: string): { digest(encoding: 'hex'): string } };
}

/**
 * Keyed, so that read access to the store does not allow probing for prompts. Node's own implementation is synchronous
 * and takes a tenth of the time of WebCrypto, which sends the text to another thread.
 */
export function digestWith(secret: string): Digest {
  const crypto = nodeProcess()?.getBuiltinModule('node:crypto') as NodeCrypto | undefined;
  return crypto === undefined
    ? webDigest(secret)
    : (text) => crypto.createHmac('sha256', secret).update(text).digest('hex');
}

function webDigest(secret: string): Digest {
  const encoder = new TextEncoder();
  let importing: Promise<CryptoKey> | undefined;
  return async (text) => {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    importing ??= crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign']);
    const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', await importing, encoder.encode(text)));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  };
}

/** A secret for keys that stay in this process. */
export function ownSecret(): string {
  return crypto.randomUUID() + crypto.randomUUID();
}
