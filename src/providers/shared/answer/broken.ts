import { ProviderError, type ProviderErrorInit } from '../../../errors.ts';

/** An error for an answer that violates its vendor's format or contradicts itself. */
export function malformed(
  provider: string,
  summary: string,
  more: Pick<ProviderErrorInit, 'code' | 'scope'> = {},
): ProviderError {
  return new ProviderError({ kind: 'malformed', provider, answered: true, summary, ...more });
}

/** An error for an answer that ends prematurely. */
export function truncated(
  provider: string,
  summary = 'the stream ended without a terminal event',
): ProviderError {
  return new ProviderError({ kind: 'truncated', provider, answered: true, summary });
}

/** An error for a tool call without a tool name. */
export function namelessCall(provider: string): ProviderError {
  return malformed(provider, 'a tool call has no name', { scope: 'request' });
}
