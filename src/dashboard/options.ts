import type { RouteCacheStats } from '../plugins/cache/index.ts';
import type { LedgerReader } from '../plugins/ledger/index.ts';
import type { Clock } from '../types/clock.ts';
import type { Router } from '../types/router.ts';
import { checkObject, refuse, show } from '../util/option-check.ts';
import { systemClock } from '../util/time/clock.ts';

/** The options of `toDashboard`. */
export interface DashboardOptions {
  /**
   * The token that opens the dashboard: at least 16 characters. The page reads it from the fragment of its address, `#token=…`.
   */
  readonly token: string;
  /** A ledger of `signalbox/ledger`: money by day, requests of the past, outages, traffic to simulate. @default none */
  readonly ledger?: Pick<LedgerReader, 'query' | 'rows' | 'content'>;
  /** A cache of `signalbox/cache`, for its misses and stored answers. @default hits only, from the requests */
  readonly cache?: {
    /** The counters of each route, by its name. */
    stats(): Readonly<Record<string, RouteCacheStats>>;
  };
  /**
   * Whether to show metadata of calls, messages of plugins' errors, and the prompts and answers that the ledger keeps.
   *
   * @default false
   */
  readonly content?: boolean;
  /**
   * Names, with or without a port, by which browsers may reach the dashboard. Any other `Host` is refused, so that another site
   * cannot resolve its own name to the dashboard (DNS rebinding).
   *
   * @default ['localhost', '127.0.0.1', '[::1]']
   */
  readonly hosts?: readonly string[];
  /** @default the runtime's clock */
  readonly clock?: Clock;
}

/** The checked options. */
export interface Settings {
  readonly token: string;
  readonly ledger: DashboardOptions['ledger'];
  readonly cache: DashboardOptions['cache'];
  readonly content: boolean;
  readonly hosts: readonly string[];
  readonly clock: Clock;
}

const fields = ['token', 'ledger', 'cache', 'content', 'hosts', 'clock'];
const loopback = ['localhost', '127.0.0.1', '[::1]'];
const shortest = 16;

/** @throws ConfigError naming the invalid option */
export function checkDashboard(router: Router | undefined, options: DashboardOptions): Settings {
  if (router !== undefined && typeof router?.stats !== 'function')
    refuse('toDashboard', 'a router, made by createRouter', show(router));
  checkObject('toDashboard', options, fields);
  const { token, ledger, cache, content = false, hosts = loopback, clock = systemClock } = options;
  if (typeof token !== 'string' || token.length < shortest || /\s/.test(token))
    refuse('toDashboard.token', `a text of at least ${shortest} characters without spaces`, lengthOf(token));
  if (ledger !== undefined && (typeof ledger?.query !== 'function' || typeof ledger.rows !== 'function'))
    refuse('toDashboard.ledger', 'a ledger of signalbox/ledger', show(ledger));
  if (router === undefined && ledger === undefined)
    refuse('toDashboard', 'a router, a ledger, or both', 'neither');
  if (cache !== undefined && typeof cache?.stats !== 'function')
    refuse('toDashboard.cache', 'a cache of signalbox/cache', show(cache));
  if (typeof content !== 'boolean') refuse('toDashboard.content', 'true or false', show(content));
  if (
    !Array.isArray(hosts) ||
    hosts.length === 0 ||
    hosts.some((host) => typeof host !== 'string' || host === '')
  )
    refuse('toDashboard.hosts', 'a list of host names', show(hosts));
  return { token, ledger, cache, content, hosts: hosts.map((host) => host.toLowerCase()), clock };
}

/** Never the token itself. */
function lengthOf(token: unknown): string {
  return typeof token === 'string' ? `one of ${token.length} characters` : typeof token;
}
