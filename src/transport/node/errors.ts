/** Has undici's error code, so that a failure looks the same with every client. */
export function connectTimeoutError(ms: number): Error {
  return Object.assign(new Error(`no connection within ${ms} ms`), { code: 'UND_ERR_CONNECT_TIMEOUT' });
}

/**
 * Converts an error of Node or undici to the one that is reported: without the raw bytes, which may contain the body
 * of a non-HTTP response, and with OpenSSL's reason as the code if the error occurred on write and has only the
 * system code.
 */
export function toReportedError(error: Error): Error {
  const { code } = error as { readonly code?: unknown };
  const reason = code === 'EPROTO' ? /:SSL routines:[^:]*:([\w ]+):/.exec(error.message)?.[1] : undefined;
  if (reason === undefined && !('rawPacket' in error) && !('data' in error)) return error;
  const reportedCode = reason === undefined ? code : `ERR_SSL_${reason.toUpperCase().replaceAll(' ', '_')}`;
  return Object.assign(new Error(error.message), { code: reportedCode });
}
