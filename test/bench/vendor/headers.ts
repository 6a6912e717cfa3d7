// The headers that three vendors send with an answer, limits included. Values do not change: what a client makes of a header depends
// on its name and form.
import type { Dialect } from './events.ts';

const id = 'req_011CSHoEeqs5C35K2UUqR7Fy';

/** https://platform.openai.com/docs/api-reference/debugging-requests, and those of the network in front of it. */
const openai = [
  ...['access-control-expose-headers', 'X-Request-ID'],
  ...['openai-organization', 'org-bench'],
  ...['openai-processing-ms', '412'],
  ...['openai-project', 'proj_2kXW9aQyTzB7cVnM4hLd'],
  ...['openai-version', '2020-10-01'],
  ...['x-envoy-upstream-service-time', '419'],
  ...['x-ratelimit-limit-requests', '30000'],
  ...['x-ratelimit-limit-tokens', '180000000'],
  ...['x-ratelimit-remaining-requests', '29999'],
  ...['x-ratelimit-remaining-tokens', '179999965'],
  ...['x-ratelimit-reset-requests', '2ms'],
  ...['x-ratelimit-reset-tokens', '0s'],
  ...['x-request-id', id],
  ...['x-openai-proxy-wasm', 'v0.1'],
  ...['cf-cache-status', 'DYNAMIC'],
  ...['set-cookie', '__cf_bm=0ANQ1hHqAlm4; path=/; HttpOnly; Secure; SameSite=None'],
  ...['strict-transport-security', 'max-age=31536000; includeSubDomains; preload'],
  ...['x-content-type-options', 'nosniff'],
  ...['server', 'cloudflare'],
  ...['cf-ray', '9a2f1c7d8e5b4a10-FRA'],
  ...['alt-svc', 'h3=":443"; ma=86400'],
];

/** https://docs.claude.com/en/api/rate-limits#response-headers */
const limit = (name: string, most: number, left: number): readonly string[] => [
  ...[`anthropic-ratelimit-${name}-limit`, `${most}`],
  ...[`anthropic-ratelimit-${name}-remaining`, `${left}`],
  ...[`anthropic-ratelimit-${name}-reset`, '2026-01-01T00:00:00Z'],
];
const anthropic = [
  ...limit('requests', 40_000, 39_999),
  ...limit('input-tokens', 100_000_000, 99_999_000),
  ...limit('output-tokens', 20_000_000, 19_999_000),
  ...limit('tokens', 120_000_000, 119_998_000),
  ...['request-id', id],
  ...['anthropic-organization-id', '9c1d0c3a-0d5b-4b0e-8f0a-bench'],
  ...['via', '1.1 google'],
  ...['cf-cache-status', 'DYNAMIC'],
  ...['x-robots-tag', 'none'],
  ...['server', 'cloudflare'],
  ...['cf-ray', '9a2f1c7d8e5b4a10-FRA'],
];

const google = [
  ...['vary', 'Origin'],
  ...['vary', 'X-Origin'],
  ...['vary', 'Referer'],
  ...['server', 'scaffolding on HTTPServer2'],
  ...['x-xss-protection', '0'],
  ...['x-frame-options', 'SAMEORIGIN'],
  ...['x-content-type-options', 'nosniff'],
  ...['server-timing', 'gfet4t7; dur=412'],
  ...['alt-svc', 'h3=":443"; ma=2592000,h3-29=":443"; ma=2592000'],
];

/** Names and values in turn, for `writeHead`, which Node completes with `date` and `connection`. */
export const headers: Readonly<Record<Dialect, readonly string[]>> = { openai, anthropic, google };
