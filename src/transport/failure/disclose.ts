import { ProviderError } from '../../errors.ts';
import type { ProviderCall } from '../../types/provider.ts';
import { redact } from './redact.ts';

/** The call that failed, as the provider received it. */
export type FailedCall = Pick<ProviderCall, 'errors' | 'signal'> & object;

/**
 * Adds the vendor's message to the error of a call, without anything that the call sent; in full if the router's option `errors`
 * is `full`, and not at all if it is `hidden`. Returns other errors unchanged.
 *
 * @param secrets keys and header values of the call
 */
export function disclosed(error: unknown, call: FailedCall, secrets: readonly string[]): unknown {
  if (!(error instanceof ProviderError) || call.errors === 'hidden') return error;
  if (call.errors === 'full') return error.disclose((text) => text);
  const sent = { call, secrets };
  return error.disclose((text) => redact(text, sent));
}

/** Headers that say nothing about the application or its user. */
const publicHeader = /^(accept|content-type|content-length|user-agent|anthropic-version|x-stainless-.*)$/;

/** The values of sent headers that must not be shown. */
export function secretsIn(headers: Readonly<Record<string, string>> = {}): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) => (publicHeader.test(name) ? [] : value));
}
