import { providerErrorKinds } from '../../errors/provider-error.ts';
import type { TargetOptions } from '../../types/options/options.ts';
import type { RouterOptions } from '../../types/options/router-options.ts';
import type { Strategy } from '../../types/options/strategy.ts';
import { check, refuse, show } from '../../util/option-check.ts';
import {
  among,
  amount,
  anything,
  atLeast,
  callback,
  count,
  duration,
  each,
  elements,
  type Flaw,
  inside,
  is,
  isNumber,
  isObject,
  oneOf,
  only,
  orFalse,
  recordOf,
  type Shape,
  type Shapes,
  strings,
  whole,
  wrong,
} from '../../util/shape.ts';
import { variantsOf } from '../targets/tiers.ts';
import { capabilities } from './capabilities.ts';
import { fallbackOn } from './fallback.ts';
import { plugins, store } from './plugins.ts';
import { price } from './price.ts';
import { pricedAs, settings } from './settings.ts';
import { hedge, interruptedWords, timeouts } from './shared.ts';
import { flawInTiers } from './tiers.ts';

/** The shape of a plugin's option among the policies of the router and its routes. */
export type PolicyShape = (ids: readonly string[]) => Shape;

/**
 * Checks all options of a router. Throws `ConfigError`, which names the first invalid one.
 *
 * @param more shapes of the plugins' policies, by name
 */
export function checkOptions(options: RouterOptions, more: Readonly<Record<string, PolicyShape>> = {}): void {
  if (!isObject(options)) refuse('createRouter', 'options', show(options));
  const { routes, providers } = options;
  const ids: string[] = [];
  const policies: Record<string, Shape> = policyShapes(ids);
  for (const [name, shape] of Object.entries(more)) policies[name] = (value) => shape(ids)(value);
  const names = (): readonly string[] => ['default', ...Object.keys(routes ?? {}), ...ids];
  // Targets come first, because others name them.
  const targets = targetList(ids, providers === undefined ? 1 : 0);
  const shapes: Shapes = {
    targets,
    providers: providerList,
    routes: routesOver(ids, policies),
    select: selectAmong(names),
    ...routerShapes,
    ...policies,
  };
  check('', options, only(shapes, providers === undefined ? { targets } : {}));
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const name = is('a name', isText);
const positive = atLeast(1);

const provider = is('a provider, such as openai()', (value) => {
  const { name, chat, stream } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return typeof name === 'string' && typeof chat === 'function' && typeof stream === 'function';
});

const targetFields = only(
  {
    model: anything, // with its provider
    id: name,
    price,
    weight: amount,
    concurrency: count,
    rpm: positive,
    tpm: positive,
    tags: strings,
    baseline: only(each(['firstToken', 'throughput'], positive)),
    capabilities,
    tiers: anything,
    pricedAs,
    settings,
  },
  { provider },
);

function flawInTarget(value: unknown): Flaw | undefined {
  const flaw = targetFields(value);
  if (flaw !== undefined) return flaw;
  const target = value as TargetOptions;
  const { model } = target;
  if (!isText(model) && (target.provider.withModel === undefined || !isObject(model)))
    return wrong("a model's name", model, '.model');
  const bad = flawInTiers(target);
  return bad && inside('.tiers', bad);
}

/** Checks one target. Returns its ids, one for each tier. */
export function checkTarget(path: string, target: TargetOptions): readonly string[] {
  check(path, target ?? null, flawInTarget);
  return variantsOf(target).map(({ id }) => id);
}

function listOfSome(what: string, least = 1): Shape {
  return is(`a list of at least one ${what}`, (value) => Array.isArray(value) && value.length >= least);
}

/** Targets, whose ids it collects. */
function targetList(ids: string[], least: number): Shape {
  const list = listOfSome('target', least);
  const flawIn = (each: unknown): Flaw | undefined => {
    const flaw = flawInTarget(each);
    if (flaw !== undefined) return flaw;
    for (const { id: value } of variantsOf(each as TargetOptions)) {
      const expected = 'a unique id (give one if provider and model repeat)';
      if (ids.includes(value)) return wrong(expected, value, '.id');
      ids.push(value);
    }
    return undefined;
  };
  return (value) => list(value) ?? elements(value as readonly unknown[], flawIn);
}

const someProviders = listOfSome('provider, such as [openai()]');

function providerList(value: unknown): Flaw | undefined {
  const names: unknown[] = [];
  const flawIn = (each: unknown): Flaw | undefined => {
    const flaw = provider(each);
    if (flaw !== undefined) return flaw;
    const { name } = each as TargetOptions['provider'];
    const expected = 'a provider with a unique name';
    if (names.includes(name)) return wrong(expected, name);
    names.push(name);
    return undefined;
  };
  return someProviders(value) ?? elements(value as readonly unknown[], flawIn);
}

/** The options of a router other than its policies. */
const routerShapes: Shapes = {
  queue: only({ size: whole(0), maxWait: amount }),
  errors: oneOf('redacted', 'full', 'hidden'),
  log: is('true or false (signalbox/log logs requests)', (value) => typeof value === 'boolean'),
  catalog: orFalse(has('`false`, or an object with a `price` function', 'price')),
  clock: has('an object with the functions now, date and after', 'now', 'date', 'after'),
  random: callback,
  plugins,
  store,
};

/** An object with these functions. */
function has(expected: string, ...functions: readonly string[]): Shape {
  return is(expected, (value) =>
    functions.every(
      (each) => typeof (value as Readonly<Record<string, unknown>> | null)?.[each] === 'function',
    ),
  );
}

function policyShapes(ids: readonly string[]): Record<string, Shape> {
  return {
    strategy: (value) => flawInStrategy(value, ids),
    timeout: timeouts,
    maxAttempts: count,
    retry: orFalse(
      only({
        sameTarget: is('0 or 1', (value) => value === 0 || value === 1),
        prefer: oneOf('another-target', 'same-target'),
        ...each(['minDelay', 'maxDelay', 'ratio'], amount),
      }),
    ),
    breaker: orFalse(
      only({
        consecutive: count,
        failureRate: is('a number above 0, at most 1', (value) => isNumber(value, Number.MIN_VALUE, 1)),
        ...each(['openFor', 'maxOpenFor'], amount),
        probes: count,
      }),
    ),
    hedge: hedge('delay', 'ratio', 'maxCost'),
    interrupted: oneOf(...interruptedWords),
    fallbackOn: fallbackOn([...providerErrorKinds, 'output', 'guard']),
    accept: callback,
    lastResort: orFalse(is('a text, or false', isText)),
  };
}

function flawInStrategy(value: unknown, ids: readonly string[]): Flaw | undefined {
  const strategy = value as Strategy | null;
  if (typeof strategy?.name !== 'string' || typeof strategy.rank !== 'function')
    return wrong('a strategy, such as priority(): an object with a name and a rank function', value);
  const [id] = strategy.unknownTargets?.(ids) ?? [];
  const flaw = id === undefined ? undefined : among(ids)(id);
  return flaw && inside(`: ${strategy.name}`, flaw);
}

/** Routes by name, which name targets. */
function routesOver(ids: readonly string[], policies: Shapes): Shape {
  const byName = is('an object of routes by name', isObject);
  const targets = listOfSome('target id');
  const route = only({
    targets: (value) => targets(value) ?? elements(value as readonly unknown[], among(ids)),
    settings,
    ...policies,
  });
  const routes = recordOf((own, name) =>
    ids.includes(name) ? wrong('a name that is not the id of a target', name) : route(own),
  );
  return (value) => byName(value) ?? routes(value);
}

function selectAmong(names: () => readonly string[]): Shape {
  const select = is('a function, or an object with one as `by`', isObject);
  return (value) => {
    if (typeof value === 'function') return undefined;
    const fields = { timeout: duration, otherwise: among(names()) };
    return select(value) ?? only(fields, { by: callback })(value);
  };
}
