import * as z from 'zod/mini';
import type { ProviderOptions } from '../../../types/request/message.ts';
import { toBase64 } from '../../../util/data-content.ts';
import { anyObject } from '../validate.ts';

/**
 * Metadata that a vendor needs back with the history (signatures, encrypted reasoning, and the account they belong to) travels
 * through the client. If the protocol has a field for opaque text, it goes there in encoded form; otherwise in a field
 * `signalbox` of the part, which clients return if they send answers back unchanged.
 */
const prefix = 'signalbox.1.';

const options = z.record(z.string(), anyObject);
const carried = z.looseObject({ providerOptions: z.optional(options) });

/** Encodes a part's options as opaque text; empty if there are none. */
export function seal(part: ProviderOptions | undefined): string {
  if (part === undefined || Object.keys(part).length === 0) return '';
  return prefix + toBase64(new TextEncoder().encode(JSON.stringify(part)));
}

/** Decodes the options; `undefined` for text that is not ours, such as a vendor's own signature. */
export function unseal(text: string): ProviderOptions | undefined {
  if (!text.startsWith(prefix)) return undefined;
  try {
    const bytes = Uint8Array.from(atob(text.slice(prefix.length)), (char) => char.charCodeAt(0));
    const { success, data } = options.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return success ? (data as ProviderOptions) : undefined;
  } catch {
    return undefined;
  }
}

/** The field that carries a part's options; empty if there are none. */
export function carry(part: ProviderOptions | undefined): { readonly signalbox?: object } {
  return part === undefined || Object.keys(part).length === 0 ? {} : { signalbox: { providerOptions: part } };
}

/** The options that a part carries. */
export function carriedBy(wire: { readonly [field: string]: unknown }): ProviderOptions | undefined {
  const { success, data } = carried.safeParse(wire['signalbox']);
  return success ? (data.providerOptions as ProviderOptions | undefined) : undefined;
}

/** Options as a field, omitted if there are none. */
export function withOptions(
  part: ProviderOptions | undefined,
): { readonly providerOptions: ProviderOptions } | Record<never, never> {
  return part === undefined || Object.keys(part).length === 0 ? {} : { providerOptions: part };
}
