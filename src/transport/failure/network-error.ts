import { ProviderError } from '../../errors.ts';

// TLS errors of a handshake are permanent until someone fixes a certificate or URL; except a server's internal error, which is
// unrelated to its peer (https://www.rfc-editor.org/rfc/rfc8446#section-6.2).
const tlsCode = /^(CERT_|ERR_TLS_|ERR_SSL_(?!\w+INTERNAL_ERROR)|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/;
// All of this process's or system's files, ports or buffers are in use, which says nothing about the server.
const ownCode = /^(E[MN]FILE|ENOBUFS|EADDRNOTAVAIL)$/;
const connectTimeoutCode = /^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/;

/**
 * Turns an error thrown by `fetch` or a body into a `ProviderError`. If the chain of causes already contains
 * one, returns it unchanged. `answered`: whether the vendor had started to respond.
 */
export function networkError(provider: string, error: unknown, answered = false): ProviderError {
  const chain = causes(error);
  const inside = chain.find((cause) => cause instanceof ProviderError);
  if (inside !== undefined) return inside;
  if (chain.some((cause) => cause.name === 'AbortError')) {
    return new ProviderError({ kind: 'aborted', provider, summary: 'aborted', cause: error });
  }
  // OpenSSL's names of reasons may contain a slash, and codes of errors none.
  const code = chain
    .map(codeOf)
    .find((found) => found)
    ?.replace('/', '_');
  const named = code ?? '';
  // Only a custom `fetch` of the application reports redirects this way.
  if (chain.some((cause) => /^unexpected ?redirect/i.test(cause.message))) {
    const summary = 'the endpoint returned a redirect, which is never followed';
    return new ProviderError({
      kind: 'bad-request',
      scope: 'endpoint',
      provider,
      code: 'redirect',
      summary,
      cause: error,
    });
  }
  if (!answered && tlsCode.test(named)) {
    const summary = 'could not establish a trusted TLS connection';
    return new ProviderError({ kind: 'auth', scope: 'endpoint', provider, code, summary, cause: error });
  }
  if (connectTimeoutCode.test(named)) {
    const summary = 'the connection timed out';
    return new ProviderError({ kind: 'timeout', scope: 'endpoint', provider, code, summary, cause: error });
  }
  return new ProviderError({
    kind: 'network',
    scope: !answered && ownCode.test(named) ? 'request' : undefined,
    provider,
    code,
    answered,
    summary: 'the connection failed',
    cause: error,
  });
}

/** An error and its causes, outermost first. */
export function causes(error: unknown): Error[] {
  const chain: Error[] = [];
  let next: unknown = error;
  while (next instanceof Error && chain.length < 8 && !chain.includes(next)) {
    chain.push(next);
    next = next instanceof AggregateError ? (next.errors[0] ?? next.cause) : next.cause;
  }
  return chain;
}

function codeOf(error: Error): string | undefined {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : undefined;
}
