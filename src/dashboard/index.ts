/**
 * A dashboard of a router and its ledger, as a web-standard handler: live targets, requests with their decisions, money, outages.
 *
 * @module dashboard
 */
import type { Router } from '../types/router.ts';
import { routes } from './endpoints.ts';
import { originGuard, tokenGuard } from './guard.ts';
import { LedgerSource } from './ledger/source.ts';
import { LiveSource } from './live/source.ts';
import { checkDashboard, type DashboardOptions } from './options.ts';
import { page } from './page.ts';
import { html, json, refusal } from './responses.ts';

export type { RouteCacheStats } from '../plugins/cache/index.ts';
export type {
  Anchor,
  AuditFilter,
  AuditRecord,
  Charge,
  LatencySummary,
  LedgerDimension,
  LedgerFilter,
  LedgerGroup,
  LedgerQuery,
  LedgerReader,
  LedgerRow,
  Quantiles,
  RecordedContent,
  RecordedDecision,
  RowFilter,
  Spent,
  VerifyOptions,
  VerifyProblem,
  VerifyReport,
} from '../plugins/ledger/index.ts';
export type { DashboardOptions } from './options.ts';

/**
 * Creates the handler of a dashboard, to be mounted under any path in Next.js, Hono, Express or Workers. Its page is one HTML text; its
 * data come as JSON and server-sent events from `…/api/`, and only with the token: open `/your/path#token=…`.
 *
 * It only reads. It shows no prompts, keys or headers, unless `content` is `true`. It begins to count when it is created, so create it beside
 * the router, and keeps the last 1,000 requests of this process; a ledger adds those before.
 *
 * @param router `undefined` to show a ledger alone
 * @throws ConfigError naming the invalid option
 * @example
 * const dashboard = toDashboard(router, { token: process.env.DASHBOARD_TOKEN, ledger: usage });
 * app.all('/signalbox/*', (c) => dashboard(c.req.raw)); // Hono; `export { dashboard as GET } from './router'` in a Next.js route
 */
export function toDashboard(
  router: Router | undefined,
  options: DashboardOptions,
): (request: Request) => Promise<Response> {
  const settings = checkDashboard(router, options);
  const live = router === undefined ? undefined : new LiveSource(router, settings);
  const checkOrigin = originGuard(settings);
  const checkToken = tokenGuard(settings);
  const answer = routes(settings, live, live ?? ledgerSource(settings));
  return async (request) => {
    const refused = checkOrigin(request);
    if (refused !== undefined) return refused;
    const url = new URL(request.url);
    const name = /\/api\/([\w-]+)$/.exec(url.pathname)?.[1];
    if (name === undefined) return html(page);
    const response = (await checkToken(request)) ?? (await answer(name, url.searchParams, request.headers));
    return response instanceof Response
      ? response
      : response === undefined
        ? refusal(404, 'not found')
        : json(response);
  };
}

function ledgerSource(settings: ReturnType<typeof checkDashboard>): LedgerSource | undefined {
  return settings.ledger === undefined ? undefined : new LedgerSource(settings.ledger, settings);
}
