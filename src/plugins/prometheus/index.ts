/**
 * Metrics for Prometheus, as text or in an existing registry.
 *
 * @module prometheus
 */
import type { Health } from '../../types/options/strategy.ts';
import type { Plugin, PluginHost } from '../../types/plugin.ts';
import { asCount, asObjects, asText } from '../../util/json.ts';
import { check, checkObject, refuse, show } from '../../util/option-check.ts';
import { whole } from '../../util/shape.ts';
import { families } from './families.ts';
import { type Family, gauge, type Sample, toText } from './family.ts';
import { Labels } from './labels.ts';

/** The options of `prometheus`. */
export interface PrometheusOptions {
  /**
   * Adds the label `tenant` to requests, tokens and cost. Every tenant adds separate time series.
   *
   * @default false
   */
  readonly tenant?: boolean;
  /** Maximum number of tenants with a separate label; further ones share the label `other`. @default 1,000 */
  readonly maxTenants?: number;
  /**
   * Maximum number of targets, and of routes, with a separate label, starting with those that the router declares; further ones
   * share the label `other`. Calls may name models without a declared target, so without a limit a caller could create any number
   * of time series.
   *
   * @default 1,000
   */
  readonly maxTargets?: number;
}

/** A registry of `prom-client` or `@prometheus-io/client`. */
export interface MetricRegistry {
  /** Adds a metric, which the registry reads with each scrape. */
  registerMetric(metric: never): unknown;
}

/** The plugin, and ways to read its metrics. */
export interface PrometheusMetrics extends Plugin {
  /** All metrics in the text format. */
  text(): string;
  /** Answers a scrape. Mount it where internal paths are protected, because it does not authenticate. */
  handler(request: Request): Response;
  /** Adds the metrics to an existing registry, which then reads them with each scrape. */
  register(registry: MetricRegistry): void;
}

const states: readonly Health[] = [
  'healthy',
  'failing',
  'recovering',
  'unresponsive',
  'cooling-down',
  'misconfigured',
];

/**
 * Counts requests, attempts, latencies, tokens and cost. Labels are targets, routes and enumerations; never users or sessions, and tenants
 * only on request. For a dashboard see docs/grafana.
 *
 * @throws ConfigError naming the invalid option
 * @example
 * const metrics = prometheus();
 * const router = createRouter({ targets, plugins: [metrics] });
 * app.get('/metrics', (context) => metrics.handler(context.req.raw));
 */
export function prometheus(options: PrometheusOptions = {}): PrometheusMetrics {
  checkObject('prometheus', options, ['tenant', 'maxTenants', 'maxTargets']);
  const { tenant: byTenant = false, maxTenants = 1_000, maxTargets = 1_000 } = options;
  if (typeof byTenant !== 'boolean') refuse('prometheus.tenant', 'true or false', show(byTenant));
  check('prometheus.maxTenants', maxTenants, whole(1));
  check('prometheus.maxTargets', maxTargets, whole(1));
  const targets = new Labels(maxTargets);
  const routes = new Labels(maxTargets);
  const tenants = new Labels(maxTenants);
  const { all, count } = families(byTenant, { targets, routes, tenants });
  let host: PluginHost | undefined;
  const everything: readonly Family[] = [...all, ...targetGauges(() => host, targets)];
  const text = (): string => toText(everything);

  return {
    name: 'prometheus',
    install(own) {
      host = own;
      for (const target of own.router.targets) targets.of(target);
      for (const route of Object.keys(own.router.routes)) routes.of(route);
      return undefined;
    },
    observe: (context) => ({ end: (summary) => count(context, summary) }),
    text,
    handler(request) {
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return new Response('use GET', { status: 405, headers: { allow: 'GET, HEAD' } });
      const headers = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' };
      return new Response(request.method === 'HEAD' ? null : text(), { headers });
    },
    register(registry) {
      if (typeof (registry as Partial<MetricRegistry> | null)?.registerMetric !== 'function')
        refuse(
          'prometheus().register()',
          'a registry of prom-client or @prometheus-io/client',
          show(registry),
        );
      for (const family of everything) registry.registerMetric(toMetric(family) as never);
    },
  };
}

/** The router's own data about its targets, read when it is scraped. */
function targetGauges(host: () => PluginHost | undefined, targets: Labels): readonly Family[] {
  // There must be only one series with the label `other`.
  const reports = () => (host()?.router.stats() ?? []).filter(({ id }) => targets.of(id) === id);
  return [
    gauge('signalbox_target_state', '1 for the state that a target is in, else 0.', () =>
      reports().flatMap(({ id, health }) =>
        states.map((state): Sample => ({ labels: { target: id, state }, value: Number(state === health) })),
      ),
    ),
    gauge(
      'signalbox_budget_used_ratio',
      'How much of a limit is used; of the subject that has used most.',
      () => budgetRatios(host()?.router),
    ),
    gauge('signalbox_in_flight', 'Attempts in flight.', () =>
      reports().map(({ id, inFlight }) => ({ labels: { target: id }, value: inFlight })),
    ),
  ];
}

/** Uses the method that a plugin with limits adds to the router. */
function budgetRatios(router: object | undefined): readonly Sample[] {
  const budgets = (router as { budgets?: () => unknown } | undefined)?.budgets;
  const ratios = new Map<string, number>();
  for (const report of asObjects(typeof budgets === 'function' ? budgets() : undefined)) {
    const limit = asText(report['limit']) ?? '';
    const amount = asCount(report['amount']) ?? 0;
    const ratio = amount === 0 ? 0 : (asCount(report['used']) ?? 0) / amount;
    ratios.set(limit, Math.max(ratios.get(limit) ?? 0, ratio));
  }
  return [...ratios].map(([limit, value]) => ({ labels: { limit }, value }));
}

/** A metric in the form of the registries, which call `get` with each scrape. */
function toMetric(family: Family) {
  const { name, help, type } = family;
  const get = async () => ({ name, help, type, aggregator: 'sum', values: family.samples() });
  return { name, help, type, aggregator: 'sum', get, reset() {} };
}
