/** https://fetch.spec.whatwg.org/#redirect-status */
const statuses = new Set([301, 302, 303, 307, 308]);

/** Whether an answer sends the reader to another address. */
export function isRedirect(status: number, location: string | null | undefined): boolean {
  return statuses.has(status) && location !== null && location !== undefined;
}

/**
 * The same for a `Response` to a request with `redirect: 'manual'`, which every runtime knows; Cloudflare Workers refuses
 * `'error'` (https://developers.cloudflare.com/workers/runtime-apis/request/). Browsers show an opaque answer instead of
 * the redirect, and a `fetch` of the application's own may have followed it all the same.
 */
export function isRedirectResponse({ type, redirected, status, headers }: Response): boolean {
  return type === 'opaqueredirect' || redirected || isRedirect(status, headers.get('location'));
}
