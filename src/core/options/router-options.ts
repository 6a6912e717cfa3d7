import { providerErrorKinds } from '../../errors/provider-error.ts';
import { ConfigError } from '../../errors.ts';
import type { TargetOptions } from '../../types/options/options.ts';
import type { RouterOptions } from '../../types/options/router-options.ts';
import type { Strategy } from '../../types/options/strategy.ts';
import {
  amount,
  type Check,
  callback,
  checkDuration,
  checkHedge,
  checkStrings,
  checkTimeouts,
  count,
  each,
  from,
  interruptedWords,
  is,
  isNumber,
  orFalse,
  type Refuse,
  shape,
  show,
  word,
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

/** Checks an option of a plugin's that stands among the policies of the router and its routes. */
export type PolicyCheck = (path: string, value: unknown, ids: readonly string[], refuse: Refuse) => void;
type Checks = Readonly<Record<string, Check>>;

/**
 * Checks all options of a router. Throws `ConfigError`, which names the first wrong one.
 *
 * @param more checks of policies that are not the core's, by name
 */
export function checkOptions(options: RouterOptions, more: Readonly<Record<string, PolicyCheck>> = {}): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    refuse('createRouter', 'options', show(options));
  const ids: string[] = [];
  const policies: Checks = {
    ...policyChecks(ids),
    ...Object.fromEntries(
      Object.entries(more).map(([name, check]): [string, Check] => [
        name,
        (path, value) => check(path, value, ids, refuse),
      ]),
    ),
  };
  const { routes } = options;
  const names = { ids, all: () => ['default', ...Object.keys(routes ?? {}), ...ids] };
  const isRequired = options.providers === undefined;
  shape({ ...routerChecks(names, policies, isRequired), ...policies })('', options, refuse);
}

const string = (value: unknown): boolean => typeof value === 'string' && value !== '';
const name: Check = is('a name', string);
const measured = from(1);

const targetChecks: Checks = {
  provider: checkProvider,
  model: () => {}, // with its provider
  id: name,
  price: checkPrice,
  weight: amount,
  concurrency: count,
  rpm: measured,
  tpm: measured,
  tags: checkStrings,
  baseline: shape(each(['firstToken', 'throughput'], measured)),
  capabilities: checkCapabilities,
  tiers: () => {},
  pricedAs: checkPricedAs,
  settings: checkSettings,
};
const targetShape = shape(targetChecks);

function checkProvider(path: string, provider: unknown): void {
  const { name, chat, stream } = (provider ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string' || typeof chat !== 'function' || typeof stream !== 'function')
    refuse(path, 'a provider, such as openai()', show(provider));
}

function checkProviders(providers: unknown): void {
  if (providers === undefined) return;
  if (!Array.isArray(providers) || providers.length === 0)
    refuse('providers', 'a list of at least one provider, such as [openai()]', show(providers));
  const names: unknown[] = [];
  for (const [index, provider] of providers.entries()) {
    checkProvider(`providers[${index}]`, provider);
    if (names.includes(provider.name))
      refuse(`providers[${index}]`, 'a provider whose name no other has', show(provider.name));
    names.push(provider.name);
  }
}

/** Checks one target. Returns its ids, one for each tier. */
export function checkTarget(path: string, target: TargetOptions): readonly string[] {
  targetShape(path, target ?? null, refuse);
  const { provider, model } = target;
  if (!string(model) && (provider.withModel === undefined || typeof model !== 'object' || model === null))
    refuse(`${path}.model`, "a model's name", show(model));
  checkTiers(`${path}.tiers`, target);
  return variantsOf(target).map(({ id }) => id);
}

/** Checks the targets, and collects their ids. */
function checkTargets(targets: unknown, ids: string[], isRequired: boolean): void {
  if (targets === undefined && !isRequired) return;
  if (!Array.isArray(targets) || (targets.length === 0 && isRequired))
    refuse('targets', 'a list of at least one target', show(targets));
  for (const [index, target] of (targets as readonly TargetOptions[]).entries()) {
    const path = `targets[${index}]`;
    for (const id of checkTarget(path, target)) {
      if (ids.includes(id))
        refuse(
          `${path}.id`,
          'an id that no other target has (give one where provider and model repeat)',
          show(id),
        );
      ids.push(id);
    }
  }
}

interface Names {
  readonly ids: string[];
  /** Of routes and targets. */
  all(): readonly string[];
}

/** The options of a router other than its policies. Its targets come first, because others name them. */
function routerChecks({ ids, all }: Names, policies: Checks, isRequired: boolean): Checks {
  return {
    targets: (_, value) => checkTargets(value, ids, isRequired),
    providers: (_, value) => checkProviders(value),
    routes: (_, value) => checkRoutes(value, ids, policies),
    select: (path, value) => checkSelect(path, value, all),
    queue: shape({ size: from(0, true), maxWait: amount }),
    errors: word('redacted', 'full', 'hidden'),
    log: is(
      'true, false or nothing (the log of requests is a plugin, from signalbox/log)',
      (value) => typeof value === 'boolean',
    ),
    catalog: orFalse(has('`false`, or an object with a `price` function', 'price')),
    clock: has('an object with the functions now, date and after', 'now', 'date', 'after'),
    random: callback,
    plugins: (_, value) => checkPlugins(value, refuse),
    store: (_, value) => checkStore(value, refuse),
  };
}

/** An object with these functions. */
function has(expected: string, ...functions: readonly string[]): Check {
  return is(expected, (value) =>
    functions.every(
      (each) => typeof (value as Readonly<Record<string, unknown>> | null)?.[each] === 'function',
    ),
  );
}

function policyChecks(ids: readonly string[]): Checks {
  return {
    strategy: (path, value) => checkStrategy(path, value, ids),
    timeout: checkTimeouts,
    maxAttempts: count,
    retry: orFalse(
      shape({
        sameTarget: is('0 or 1', (value) => value === 0 || value === 1),
        prefer: word('another-target', 'same-target'),
        ...each(['minDelay', 'maxDelay', 'ratio'], amount),
      }),
    ),
    breaker: orFalse(
      shape({
        consecutive: count,
        failureRate: is('a number above 0, at most 1', (value) => isNumber(value, Number.MIN_VALUE, 1)),
        ...each(['openFor', 'maxOpenFor'], amount),
        probes: count,
      }),
    ),
    hedge: (path, value) => checkHedge(path, value, ['delay', 'ratio', 'maxCost'], refuse),
    interrupted: word(...interruptedWords),
    fallbackOn: (path, value) =>
      checkFallbackOn(path, value, [...providerErrorKinds, 'output', 'guard'], refuse),
    accept: callback,
    lastResort: orFalse(is('a text, or false', string)),
  };
}

function checkStrategy(path: string, value: unknown, ids: readonly string[]): void {
  const strategy = value as Strategy | undefined | null;
  if (value !== undefined && (typeof strategy?.name !== 'string' || typeof strategy.rank !== 'function'))
    refuse(path, 'a strategy, such as priority(): an object with a name and a rank function', show(value));
  for (const id of strategy?.unknownTargets?.(ids) ?? [])
    refuse(`${path}: ${strategy?.name}`, `one of ${ids.join(', ')}`, show(id));
}

function checkRoutes(routes: unknown, ids: readonly string[], policies: Checks): void {
  if (routes === undefined) return;
  if (typeof routes !== 'object' || routes === null || Array.isArray(routes))
    refuse('routes', 'an object of routes by name', show(routes));
  const route = shape({
    targets(path, value) {
      if (value === undefined) return;
      if (!Array.isArray(value) || value.length === 0)
        refuse(path, 'a list of at least one target id', show(value));
      for (const [index, id] of value.entries()) word(...ids)(`${path}[${index}]`, id, refuse);
    },
    settings: checkSettings,
    ...policies,
  });
  for (const [name, own] of Object.entries(routes)) {
    const path = `routes.${name}`;
    if (ids.includes(name)) refuse(path, 'a name that is not the id of a target', show(name));
    route(path, own ?? null, refuse);
  }
}

function checkSelect(path: string, select: unknown, names: () => readonly string[]): void {
  if (select === undefined || typeof select === 'function') return;
  if (typeof select !== 'object' || select === null || Array.isArray(select))
    refuse(path, 'a function, or an object with one as `by`', show(select));
  shape({
    by(at, value) {
      if (typeof value !== 'function') refuse(at, 'a function', show(value));
    },
    timeout: checkDuration,
    otherwise: word(...names()),
  })(path, select, refuse);
}
