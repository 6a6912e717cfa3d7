import type { RouterContext } from './core/context.ts';
import { releaseDropped } from './core/dropped.ts';
import { eventsPart } from './core/events/events-part.ts';
import { chatOperation } from './core/operations/chat.ts';
import { type AddedOptions, callFields, checkCallOptions, noOptions } from './core/options/call-options.ts';
import { callOptionsOf } from './core/options/plugins.ts';
import { defaultQueue } from './core/options/policies.ts';
import { withPreset } from './core/options/preset.ts';
import { checkOptions } from './core/options/router-options.ts';
import { embedPart, imagePart, streamPart } from './core/parts/parts.ts';
import { runOperation, runPart } from './core/pipeline.ts';
import { installPlugins } from './core/plugin-host.ts';
import { closedError } from './core/request-facts.ts';
import { createRoutes } from './core/routes.ts';
import { affinity } from './core/routing/affinity.ts';
import { noStations, pluginErrors } from './core/stations/stations.ts';
import { type Batching, batchingWith } from './core/targets/batching.ts';
import { withSeveralAccounts } from './core/targets/several-accounts.ts';
import { targetFactory } from './core/targets/target.ts';
import { reportsOf } from './core/targets/target-report.ts';
import { mirror, shadow } from './plugins/shadow/shadow.ts';
import { priceBook } from './pricing/price-book.ts';
import { defaultStore } from './stores/default-store.ts';
import type { MethodsOf } from './types/methods.ts';
import type { CallOptions } from './types/options/call-options.ts';
import type { KnownTargets, ModelIdOf, NeededTargets, OwnIdOf } from './types/options/known-targets.ts';
import type { RouteOptions, TargetFields, TargetIdOf } from './types/options/options.ts';
import type { RouterOptions } from './types/options/router-options.ts';
import type { Plugin } from './types/plugin.ts';
import type { Provider } from './types/provider.ts';
import type { ChatRequest } from './types/request/request.ts';
import type { InferSchema, Schema } from './types/request/schema.ts';
import type { ChatResult } from './types/result/result.ts';
import type { ChatStream, Router } from './types/router.ts';
import { emitter } from './util/emitter.ts';
import { Parts, part } from './util/lazy.ts';
import { mergeDefined } from './util/merge.ts';
import { requestsAreApart } from './util/runtime.ts';
import { swapSet } from './util/swap-set.ts';
import { LinkedAbort } from './util/time/abort.ts';
import { awakeClock } from './util/time/awake-clock.ts';
import { systemClock } from './util/time/clock.ts';

/**
 * Makes a router over a set of targets. Its options are checked at once; nothing is sent and no SDK is loaded before the first
 * request.
 *
 * @throws ConfigError naming the option that is wrong, what it got and what it expects
 * @example
 * const router = createRouter({
 *   targets: [
 *     { provider: openai(), model: 'gpt-5-mini' },
 *     { provider: anthropic(), model: 'claude-haiku-4-5', id: 'haiku' },
 *   ],
 *   routes: { careful: { targets: ['haiku', 'openai/gpt-5-mini'], interrupted: 'restart' } },
 * });
 * const { text, cost } = await router.chat({ prompt: 'Why is the sky blue?' }, { route: 'careful' });
 */
export function createRouter<
  const Targets extends readonly TargetFields[] = readonly [],
  const Routes extends Readonly<Record<string, RouteOptions<TargetIdOf<Targets>>>> = Record<never, never>,
  const Plugins extends readonly Plugin[] = readonly [],
  const Providers extends readonly Provider[] = readonly [],
  const TargetProviders extends readonly Provider[] = readonly Provider[],
>(
  options: RouterOptions<Targets, Routes, TargetProviders> &
    KnownTargets<Targets[number]> &
    NeededTargets<Providers> & {
      readonly plugins?: Plugins;
      readonly providers?: Providers;
    },
): Router<OwnIdOf<Targets> | ModelIdOf<Providers[number]>, keyof Routes & string> & MethodsOf<Plugins>;
export function createRouter(options: RouterOptions): Router {
  checkOptions(options, { mirror });
  const closing = new LinkedAbort();
  const plugins = [...(options.plugins ?? []), shadow(options)].filter((plugin) => plugin !== undefined);
  const store = options.store ?? defaultStore(options.clock ?? systemClock);
  const batching = batchingWith(async () => {
    const [{ openBatches }, { batchHost }] = await Promise.all([
      import('./batch/index.ts'),
      import('./core/parts/batch-host.ts'),
    ]);
    return openBatches(batchHost(router, store, env));
  }, store);
  const env = contextOf(options, plugins, batching.desk, closing.signal);
  const { targets, clock, events, findRoute } = env;
  const report = pluginErrors(events);
  const router: Router = {
    targets: targets.map(({ id }) => id),
    plugins: (options.plugins ?? []).map(({ name }) => name),
    routes: Object.fromEntries(
      Object.keys(options.routes ?? {}).map((name) => [
        name,
        findRoute(name)?.targets.map(({ id }) => id) ?? [],
      ]),
    ),
    chat: <S extends Schema>(request: ChatRequest<S>, callOptions: CallOptions = noOptions) =>
      runOperation(chatOperation, request, callOptions, env) as Promise<ChatResult<InferSchema<S>>>,
    stream: <S extends Schema>(request: ChatRequest<S>, callOptions: CallOptions = noOptions) =>
      runPart(streamPart, request, callOptions, env) as Promise<ChatStream<InferSchema<S>>>,
    embed: (request, callOptions = noOptions) => runPart(embedPart, request, callOptions, env),
    image: (request, callOptions = noOptions) => runPart(imagePart, request, callOptions, env),
    batch: batching.batch,
    batches: batching.batches,
    explain: async (request, callOptions = noOptions) =>
      (await env.parts.load(upkeepPart, clock, callOptions.signal)).explain(
        chatOperation,
        request,
        callOptions,
        env,
      ),
    warmup: async () => (await env.parts.load(upkeepPart, clock, closing.signal)).warmUp(env),
    on(type, listener) {
      const stop = events.on(type, listener);
      env.parts.load(eventsPart, clock, closing.signal).catch(() => {});
      return stop;
    },
    with(preset) {
      checkCallOptions(preset, env.callOptions);
      return presetRouter(router, preset, env.callOptions);
    },
    stats() {
      releaseDropped(env.activeRequests.items, clock.now());
      return reportsOf(env, (plugin, error) => report(plugin, 'background', error));
    },
    run: async (request, callOptions) => (await import('./agent/index.ts')).run(router, request, callOptions),
    runStream: async (request, callOptions) =>
      (await import('./agent/index.ts')).runStream(router, request, callOptions),
    providers: (options.providers ?? []).map(({ name }) => name),
    async addTarget(target, { routes = [] } = {}) {
      (await import('./core/parts/roster.ts')).addTargets({ router, env }, target, routes);
      return router as never;
    },
    removeTarget: async (id) => (await import('./core/parts/roster.ts')).removeTarget({ router, env }, id),
    async drain({ timeout } = {}) {
      env.draining.now = true;
      return (await env.parts.load(upkeepPart, clock, closing.signal)).drain(env, timeout);
    },
    close() {
      const left = batching.close(); // first, so that their requests count as neither done nor failed
      closing.abort(undefined);
      for (const request of [...env.activeRequests.items]) request.stop(closedError());
      ending ??= left.then(uninstall);
      return ending;
    },
    [Symbol.asyncDispose]: () => router.close(),
  };
  let ending: Promise<void> | undefined;
  const uninstall = installPlugins(plugins, router, store, env, options);
  return router;
}

/** The same router, whose calls start from preset options. */
function presetRouter(router: Router, preset: CallOptions, added: AddedOptions): Router {
  const over = (options: CallOptions = {}): CallOptions => withPreset(preset, options, added);
  return {
    ...router,
    chat: (request, options) => router.chat(request, over(options)),
    stream: (request, options) => router.stream(request, over(options)),
    embed: (request, options) => router.embed(request, over(options)),
    image: (request, options) => router.image(request, over(options)),
    run: (request, options) => router.run(request, over(options)),
    runStream: (request, options) => router.runStream(request, over(options)),
    batch: (requests, options) => router.batch(requests, { ...options, ...over(options) }),
    explain: (request, options) => router.explain(request, over(options)),
    with: (more) => router.with(over(more)),
  };
}

/** `explain()`, `warmup()` and `drain()`. */
const upkeepPart = part(
  'explain(), warmup() and drain()',
  async () => (await import('./core/parts/upkeep.ts')).upkeep,
);

/** What all requests of the router share. */
function contextOf(
  options: RouterOptions,
  plugins: readonly Plugin[],
  desk: Batching['desk'],
  closed: RouterContext['closed'],
): RouterContext {
  const { clock = systemClock, random = Math.random, select } = options;
  const awake = awakeClock(clock);
  const events = emitter();
  const createTargets = targetFactory(clock, awake, desk);
  const { providers } = options;
  const targets = (options.targets ?? []).flatMap(createTargets);
  const isCatalogNeeded = providers !== undefined || targets.some(({ price }) => price === undefined);
  const onUnknown = (target: string): void => events.emit({ type: 'price-unknown', target });
  const prices = priceBook(options.catalog, clock, onUnknown, undefined, isCatalogNeeded);
  // Begins to load where requests may need prices before they are sent; the others load them while they wait for an answer.
  if (options.strategy !== undefined || options.routes !== undefined || plugins.length > 0)
    void prices.ready();
  const findRoute = createRoutes(options, targets);
  const prefix = Math.floor(random() * 2 ** 32).toString(36);
  let requests = 0;
  const env: RouterContext = {
    targets,
    createTargets,
    loadModels:
      providers &&
      (async () => {
        const { findModels } = await import('./core/parts/models.ts');
        if (findRoute.table.models === undefined) findModels(env, providers);
        env.loadModels = undefined;
      }),
    several: withSeveralAccounts(targets),
    findRoute,
    plugins,
    stations: noStations,
    parts: new Parts(),
    isWhole: false,
    callOptions: callOptionsOf(plugins, callFields),
    select: typeof select === 'function' ? { by: select } : select,
    selector: undefined,
    nextId: () => `${prefix}-${++requests}`,
    clock,
    awake,
    random,
    prices,
    events,
    affinity: affinity(),
    caches: undefined,
    unlearned: [],
    queue: undefined,
    queueLimits: mergeDefined(defaultQueue, options.queue),
    errors: options.errors === 'redacted' ? undefined : options.errors,
    warned: options.log === false ? undefined : new Set(),
    closed,
    draining: { now: false },
    apart: requestsAreApart(),
    activeRequests: swapSet(),
  };
  return env;
}
