import { providerErrorKinds } from '../../errors/provider-error.ts';
import { ConfigError } from '../../errors.ts';
import type { Provider } from '../../types/provider.ts';
import type { RouteOptions, TargetOptions } from '../../types/options/options.ts';
import type { RouterOptions } from '../../types/options/router-options.ts';
import type { Strategy } from '../../types/options/strategy.ts';
import {
  checkDuration,
  checkHedge,
  checkNumber,
  checkObject,
  checkStrings,
  checkTimeouts,
  checkType,
  checkWord,
  interruptedWords,
  type Refuse,
  show,
} from '../../util/option-check.ts';
import { variantsOf } from '../targets/tiers.ts';
import { checkCapabilities } from './capabilities.ts';
import { checkFallbackOn } from './fallback.ts';
import { checkPlugins, checkStore } from './plugins.ts';
import { checkPrice } from './price.ts';
import { checkPricedAs, checkSettings } from './settings.ts';
import { checkTiers } from './tiers.ts';

const refuse: Refuse = (path, expected, got) => {
  throw new ConfigError(path, expected, got);
};

const policyFields = [
  'strategy',
  'timeout',
  'maxAttempts',
  'retry',
  'breaker',
  'hedge',
  'interrupted',
  'fallbackOn',
  'accept',
  'lastResort',
];
const routerFields = [
  'targets',
  'providers',
  'routes',
  'select',
  'queue',
  'errors',
  'log',
  'catalog',
  'clock',
  'random',
  'plugins',
  'store',
  ...policyFields,
];
const targetFields = [
  'provider',
  'model',
  'id',
  'price',
  'weight',
  'concurrency',
  'rpm',
  'tpm',
  'tags',
  'baseline',
  'capabilities',
  'tiers',
  'pricedAs',
  'settings',
];
/** Checks an option of a plugin's that stands among the policies of the router and its routes. */
export type PolicyCheck = (path: string, value: unknown, ids: readonly string[], refuse: Refuse) => void;

/**
 * Checks all options of a router. Throws `ConfigError`, which names the first wrong one.
 *
 * @param more checks of policies that are not the core's, by name
 */
export function checkOptions(options: RouterOptions, more: Readonly<Record<string, PolicyCheck>> = {}): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    refuse('createRouter', 'options', show(options));
  checkObject('', options, [...routerFields, ...Object.keys(more)], refuse);
  const { providers, routes, catalog, clock, random } = options;
  if (providers !== undefined) checkProviders(providers);
  const { targets = providers === undefined ? undefined : [] } = options;
  if (!Array.isArray(targets) || (targets.length === 0 && providers === undefined))
    refuse('targets', 'a list of at least one target', show(targets));
  const named = targets.flatMap((target: TargetOptions, index) =>
    checkTarget(`targets[${index}]`, target).map((id) => [id, index] as const),
  );
  const ids = named.map(([id]) => id);
  for (const [at, [id, index]] of named.entries()) {
    if (ids.indexOf(id) !== at) {
      refuse(
        `targets[${index}].id`,
        'an id that no other target has (give one where provider and model repeat)',
        show(id),
      );
    }
  }
  checkPolicies('', options, ids, more);
  checkQueue(options.queue);
  checkRoutes(routes, ids, more);
  checkSelect(options.select, ['default', ...Object.keys(routes ?? {}), ...ids]);
  if (catalog !== undefined && catalog !== false && typeof catalog?.price !== 'function') {
    refuse('catalog', '`false`, or an object with a `price` function', show(catalog));
  }
  const clockParts = [clock?.now, clock?.date, clock?.after];
  if (clock !== undefined && clockParts.some((part) => typeof part !== 'function')) {
    refuse('clock', 'an object with the functions now, date and after', show(clock));
  }
  checkType('random', random, 'function', refuse);
  if (options.log !== undefined && typeof options.log !== 'boolean')
    refuse(
      'log',
      'true, false or nothing (the log of requests is a plugin, from signalbox/log)',
      show(options.log),
    );
  checkWord('errors', options.errors, ['redacted', 'full', 'hidden'], refuse);
  checkPlugins(options.plugins, refuse);
  checkStore(options.store, refuse);
}

function checkProviders(providers: unknown): void {
  if (!Array.isArray(providers) || providers.length === 0)
    refuse('providers', 'a list of at least one provider, such as [openai()]', show(providers));
  const names = providers.map((provider: unknown, index) => {
    checkProvider(`providers[${index}]`, provider);
    return (provider as Provider).name;
  });
  for (const [index, name] of names.entries())
    if (names.indexOf(name) !== index)
      refuse(`providers[${index}]`, 'a provider whose name no other has', show(name));
}

function checkProvider(path: string, provider: unknown): void {
  const { name, chat, stream } = (provider ?? {}) as Partial<Provider>;
  if (typeof name !== 'string' || typeof chat !== 'function' || typeof stream !== 'function')
    refuse(path, 'a provider, such as openai()', show(provider));
}

export function checkTarget(path: string, target: TargetOptions): readonly string[] {
  checkObject(path, target, targetFields, refuse);
  const { provider, model, id, price, weight, concurrency, tags } = target;
  checkProvider(`${path}.provider`, provider);
  const named = typeof model === 'string' && model !== '';
  if (!named && (provider.withModel === undefined || typeof model !== 'object' || model === null))
    refuse(`${path}.model`, "a model's name", show(model));
  if (id !== undefined && (typeof id !== 'string' || id === '')) refuse(`${path}.id`, 'a name', show(id));
  checkNumber(`${path}.weight`, weight, refuse);
  checkNumber(`${path}.concurrency`, concurrency, refuse, { least: 1, whole: true });
  checkNumber(`${path}.rpm`, target.rpm, refuse, { least: 1 });
  checkNumber(`${path}.tpm`, target.tpm, refuse, { least: 1 });
  checkStrings(`${path}.tags`, tags, refuse);
  if (target.baseline !== undefined) {
    const { firstToken, throughput } = checkObject(
      `${path}.baseline`,
      target.baseline,
      ['firstToken', 'throughput'],
      refuse,
    );
    checkNumber(`${path}.baseline.firstToken`, firstToken, refuse, { least: 1 });
    checkNumber(`${path}.baseline.throughput`, throughput, refuse, { least: 1 });
  }
  checkPrice(`${path}.price`, price, refuse);
  checkPricedAs(`${path}.pricedAs`, target.pricedAs, refuse);
  checkSettings(`${path}.settings`, target.settings, refuse);
  checkCapabilities(`${path}.capabilities`, target.capabilities, refuse);
  checkTiers(`${path}.tiers`, target);
  return variantsOf(target).map(({ id: own }) => own);
}

function checkPolicies(
  path: string,
  policies: object,
  ids: readonly string[],
  more: Readonly<Record<string, PolicyCheck>>,
): void {
  const at = (field: string): string => (path === '' ? field : `${path}.${field}`);
  const { strategy, timeout, maxAttempts, retry, breaker, interrupted, fallbackOn } = policies as Record<
    string,
    unknown
  >;
  const named = strategy as { name?: unknown; rank?: unknown } | undefined | null;
  if (strategy !== undefined && (typeof named?.name !== 'string' || typeof named.rank !== 'function')) {
    refuse(
      at('strategy'),
      'a strategy, such as priority(): an object with a name and a rank function',
      show(strategy),
    );
  }
  for (const id of (strategy as Strategy | undefined)?.unknownTargets?.(ids) ?? [])
    refuse(`${at('strategy')}: ${named?.name}`, `one of ${ids.join(', ')}`, show(id));
  checkTimeouts(at('timeout'), timeout, refuse);
  checkNumber(at('maxAttempts'), maxAttempts, refuse, { least: 1, whole: true });
  if (retry !== undefined && retry !== false) {
    const fields = ['sameTarget', 'prefer', 'minDelay', 'maxDelay', 'ratio'];
    const { sameTarget, prefer, ...delays } = checkObject(at('retry'), retry, fields, refuse);
    if (sameTarget !== undefined && sameTarget !== 0 && sameTarget !== 1) {
      refuse(`${at('retry')}.sameTarget`, '0 or 1', show(sameTarget));
    }
    checkWord(`${at('retry')}.prefer`, prefer, ['another-target', 'same-target'], refuse);
    for (const [name, value] of Object.entries(delays)) checkNumber(`${at('retry')}.${name}`, value, refuse);
  }
  if (breaker !== undefined && breaker !== false) {
    const fields = ['consecutive', 'failureRate', 'openFor', 'maxOpenFor', 'probes'];
    const { consecutive, failureRate, probes, ...times } = checkObject(
      at('breaker'),
      breaker,
      fields,
      refuse,
    );
    checkNumber(`${at('breaker')}.probes`, probes, refuse, { least: 1, whole: true });
    if (
      failureRate !== undefined &&
      !(typeof failureRate === 'number' && failureRate > 0 && failureRate <= 1)
    ) {
      refuse(`${at('breaker')}.failureRate`, 'a number above 0, at most 1', show(failureRate));
    }
    checkNumber(`${at('breaker')}.consecutive`, consecutive, refuse, { least: 1, whole: true });
    for (const [name, value] of Object.entries(times)) checkNumber(`${at('breaker')}.${name}`, value, refuse);
  }
  checkHedge(
    at('hedge'),
    (policies as Record<string, unknown>)['hedge'],
    ['delay', 'ratio', 'maxCost'],
    refuse,
  );
  checkWord(at('interrupted'), interrupted, interruptedWords, refuse);
  const { accept, lastResort } = policies as Record<string, unknown>;
  for (const [name, check] of Object.entries(more))
    check(at(name), (policies as Record<string, unknown>)[name], ids, refuse);
  checkType(at('accept'), accept, 'function', refuse);
  if (
    lastResort !== undefined &&
    lastResort !== false &&
    (typeof lastResort !== 'string' || lastResort === '')
  )
    refuse(at('lastResort'), 'a text, or false', show(lastResort));
  checkFallbackOn(at('fallbackOn'), fallbackOn, [...providerErrorKinds, 'output', 'guard'], refuse);
}

function checkRoutes(
  routes: unknown,
  ids: readonly string[],
  more: Readonly<Record<string, PolicyCheck>>,
): void {
  if (routes === undefined) return;
  if (typeof routes !== 'object' || routes === null || Array.isArray(routes)) {
    refuse('routes', 'an object of routes by name', show(routes));
  }
  for (const [name, route] of Object.entries(routes)) {
    const path = `routes.${name}`;
    if (ids.includes(name)) refuse(path, 'a name that is not the id of a target', show(name));
    const { targets } = checkObject(
      path,
      route,
      ['targets', 'settings', ...policyFields, ...Object.keys(more)],
      refuse,
    );
    checkSettings(`${path}.settings`, (route as RouteOptions).settings, refuse);
    checkPolicies(path, route as object, ids, more);
    if (targets === undefined) continue;
    if (!Array.isArray(targets) || targets.length === 0) {
      refuse(`${path}.targets`, 'a list of at least one target id', show(targets));
    }
    for (const [index, id] of targets.entries()) checkWord(`${path}.targets[${index}]`, id, ids, refuse);
  }
}

function checkSelect(select: unknown, names: readonly string[]): void {
  if (select === undefined || typeof select === 'function') return;
  if (typeof select !== 'object' || select === null || Array.isArray(select)) {
    refuse('select', 'a function, or an object with one as `by`', show(select));
  }
  const { by, timeout, otherwise } = checkObject('select', select, ['by', 'timeout', 'otherwise'], refuse);
  if (typeof by !== 'function') refuse('select.by', 'a function', show(by));
  checkDuration('select.timeout', timeout, refuse);
  checkWord('select.otherwise', otherwise, names, refuse);
}

function checkQueue(queue: unknown): void {
  if (queue === undefined) return;
  const { size, maxWait } = checkObject('queue', queue, ['size', 'maxWait'], refuse);
  checkNumber('queue.size', size, refuse, { whole: true });
  checkNumber('queue.maxWait', maxWait, refuse);
}
