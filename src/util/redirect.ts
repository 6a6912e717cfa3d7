/** https://fetch.spec.whatwg.org/#redirect-status */
const statuses = new Set([301, 302, 303, 307, 308]);

/** Whether a response redirects to another address. */
export function isRedirect(status: number, location: string | null | undefined): boolean {
  return statuses.has(status) && location !== null && location !== undefined;
}

/**
 * The same for a `Response` to a request with `redirect: 'manual'`, which every runtime supports; Cloudflare
 * Workers refuse `'error'` (https://developers.cloudflare.com/workers/runtime-apis/request/). Browsers return
 * an opaque response instead of the redirect, and a custom `fetch` may have followed it anyway.
 */
export function isRedirectResponse({ type, redirected, status, headers }: Response): boolean {
  return type === 'opaqueredirect' || redirected || isRedirect(status, headers.get('location'));
}
