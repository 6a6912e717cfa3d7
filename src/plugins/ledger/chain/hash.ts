import type * as NodeCrypto from 'node:crypto';
import { builtinModule } from '../../../util/node/builtin.ts';

function nodeCrypto(): typeof NodeCrypto {
  return builtinModule('node:crypto', 'the ledger needs a runtime with');
}

/** SHA-256 in hexadecimal. */
export function sha256(text: string): string {
  return nodeCrypto().hash('sha256', text, 'hex');
}

/** 64 bits of it: enough to tell sessions apart. */
export function sha256Short(text: string): string {
  return sha256(text).slice(0, 16);
}

/** The hash of a row, chained to the previous row's hash. With a key, it cannot be forged without the key. */
export type LinkHash = (previous: string, content: string) => string;

/**
 * HMAC-SHA256 (RFC 2104) with a key, SHA-256 without. The hash before has a fixed length, so no other pair of previous hash and content
 * gives the same input.
 */
export function linkHash(key: string | undefined): LinkHash {
  const { hash, createHmac } = nodeCrypto();
  return key === undefined
    ? (previous, content) => hash('sha256', previous + content, 'base64url')
    : (previous, content) =>
        createHmac('sha256', key)
          .update(previous + content)
          .digest('base64url');
}

/** The previous hash of a chain's first row. */
export const genesis = 'A'.repeat(43);
