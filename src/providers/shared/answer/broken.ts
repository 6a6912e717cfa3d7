import { ProviderError, type ProviderErrorInit } from '../../../errors.ts';

/** An answer that does not have its vendor's form, or contradicts itself. */
export function malformed(
  provider: string,
  summary: string,
  more: Pick<ProviderErrorInit, 'code' | 'scope'> = {},
): ProviderError {
  return new ProviderError({ kind: 'malformed', provider, answered: true, summary, ...more });
}

/** An answer that ends before its end. */
export function truncated(
  provider: string,
  summary = 'the stream ended without its end mark',
): ProviderError {
  return new ProviderError({ kind: 'truncated', provider, answered: true, summary });
}

/** A call of a tool that cannot be run, because nothing says which tool it is. */
export function namelessCall(provider: string): ProviderError {
  return malformed(provider, 'a tool call has no name', { scope: 'request' });
}
