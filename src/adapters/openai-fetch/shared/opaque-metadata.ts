import * as z from 'zod/mini';
import type { ProviderOptions } from '../../../types/request/message.ts';
import { toBase64 } from '../../../util/data-content.ts';
import { anyObject } from '../validate.ts';

/**
 * What has to go back to a vendor with a part of the history (signatures, encrypted thoughts, and the mark of the account that
 * made them) travels through the client. Where the protocol has a place for opaque text it goes there, sealed; else in a
 * field `signalbox` of the part, which clients give back that send answers as they got them.
 */
const prefix = 'signalbox.1.';

const options = z.record(z.string(), anyObject);
const carried = z.looseObject({ providerOptions: z.optional(options) });

/** A part's options as opaque text; an empty one where there are none. */
export function seal(part: ProviderOptions | undefined): string {
  if (part === undefined || Object.keys(part).length === 0) return '';
  return prefix + toBase64(new TextEncoder().encode(JSON.stringify(part)));
}

/** The options in a sealed text; `undefined` where it is not one of ours, but for instance a vendor's own signature. */
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

/** The field that carries a part's options; nothing where there are none. */
export function carry(part: ProviderOptions | undefined): { readonly signalbox?: object } {
  return part === undefined || Object.keys(part).length === 0 ? {} : { signalbox: { providerOptions: part } };
}

/** The options that a part carried. */
export function carriedBy(wire: { readonly [field: string]: unknown }): ProviderOptions | undefined {
  const { success, data } = carried.safeParse(wire['signalbox']);
  return success ? (data.providerOptions as ProviderOptions | undefined) : undefined;
}

/** Options as a field, left out where there are none. */
export function withOptions(
  part: ProviderOptions | undefined,
): { readonly providerOptions: ProviderOptions } | Record<never, never> {
  return part === undefined || Object.keys(part).length === 0 ? {} : { providerOptions: part };
}
