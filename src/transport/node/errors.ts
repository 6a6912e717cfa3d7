/** Has undici's error code, so that a failure looks the same with every client. */
export function connectTimeoutError(ms: number): Error {
  return Object.assign(new Error(`no connection within ${ms} ms`), { code: 'UND_ERR_CONNECT_TIMEOUT' });
}

/**
 * Converts an error of Node or undici to the one that is reported: without the raw bytes, which may contain the body
 * of a non-HTTP response, and with OpenSSL's reason as the code if the error occurred on write and has only the
 * system code.
 *
 * @param isConnected whether the connection had been established: what TLS reports then is a broken connection, and
 * nothing about certificates or addresses
 */
export function toReportedError(error: Error, isConnected: boolean): Error {
  const { code } = error as { readonly code?: unknown };
  const reason = code === 'EPROTO' ? /:SSL routines:[^:]*:([\w/ ]+):/.exec(error.message)?.[1] : undefined;
  const reportedCode = reason === undefined ? code : `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`;
  if (isConnected && isBrokenTLS(reportedCode))
    return Object.assign(new Error('the TLS connection broke', { cause: error }), { code: 'ECONNRESET' });
  if (reason === undefined && !('rawPacket' in error) && !('data' in error)) return error;
  return Object.assign(new Error(error.message), { code: reportedCode });
}

/** In TLS 1.3, a server that wants a certificate from its clients refuses them after the handshake. */
function isBrokenTLS(code: unknown): boolean {
  return typeof code === 'string' && code.startsWith('ERR_SSL_') && !code.endsWith('CERTIFICATE_REQUIRED');
}
