import { admissionQueue } from './core/admission/queue.ts';
import { chat } from './core/calls/chat.ts';
import { embed } from './core/calls/embed.ts';
import { image } from './core/calls/image.ts';
import { stream } from './core/calls/stream/chat-stream.ts';
import { emitHealthChange, type Route, type RouterContext, toEpoch } from './core/context.ts';
import { createMirror } from './core/mirror.ts';
import { normalizeChatRequest } from './core/operations/chat-request.ts';
import { chatOperation, embedOperation, imageOperation } from './core/operations/operation.ts';
import { normalizeEmbedRequest, normalizeImageRequest } from './core/operations/plain-request.ts';
import { defaultQueue, resolvePolicies } from './core/options/policies.ts';
import { checkOptions } from './core/options/router-options.ts';
import { explain, type Routing, runOperation, type Work } from './core/pipeline.ts';
import { closedError } from './core/request.ts';
import { affinity } from './core/routing/affinity.ts';
import { createSelector, type RouteFinder } from './core/routing/select.ts';
import { createTargets, latenciesOf, statsOf, type Target, targetHealth } from './core/targets/target.ts';
import { priceBook } from './pricing/price-book.ts';
import { outputLengths } from './stats/output-lengths.ts';
import { promptCaches } from './stats/prompt-caches.ts';
import { priority } from './strategies/priority.ts';
import type { Clock } from './types/clock.ts';
import type {
  CallOptions,
  Policies,
  RouteOptions,
  TargetIdOf,
  TargetOptions,
} from './types/options/options.ts';
import type { RouterOptions } from './types/options/router-options.ts';
import type { Provider, Traffic } from './types/provider.ts';
import type { ChatRequest } from './types/request/request.ts';
import type { InferSchema, Schema } from './types/request/schema.ts';
import type { ChatResult } from './types/result/result.ts';
import type { ChatStream, Router } from './types/router.ts';
import { linkedAbort, orAbort, realAbort, type Signal } from './util/abort.ts';
import { roughClock, systemClock } from './util/clock.ts';
import { emitter } from './util/emitter.ts';
import { mergeDefined } from './util/merge-defined.ts';
import { swapSet } from './util/swap-set.ts';

/**
 * Makes a router over a set of targets. Its options are checked at once; nothing is sent and no SDK is loaded before the
 * first request.
 *
 * @throws ConfigError naming the option that is wrong, what it got and what it wants
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
  const Targets extends readonly TargetOptions[],
  const Routes extends Readonly<Record<string, RouteOptions<TargetIdOf<Targets>>>> = Record<never, never>,
>(options: RouterOptions<Targets, Routes>): Router<TargetIdOf<Targets>, keyof Routes & string>;
export function createRouter(options: RouterOptions): Router {
  checkOptions(options);
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const events = emitter();
  const closing = linkedAbort();
  const targets = createTargets(options.targets, random, clock, (target) => emitHealthChange(target, env));
  const allPriced = targets.every(({ price }) => price !== undefined);
  const prices = priceBook(allPriced ? false : options.catalog, clock, (target) => {
    events.emit({ type: 'price-unknown', target });
  });
  void prices.ready(); // begins to load, so that the first request need not wait for all of it
  const env: RouterContext = {
    clock,
    roughNow: roughClock(clock),
    random,
    prices,
    events,
    affinity: affinity(),
    caches: promptCaches(),
    queue: admissionQueue(clock),
    queueLimits: mergeDefined(defaultQueue, options.queue),
    closed: closing.signal,
    activeRequests: swapSet(),
  };
  const find = routeFinder(options, targets);
  const { select } = options;
  const routing: Routing = {
    find,
    select: select === undefined ? undefined : createSelector(select, find, env),
    mirror: createMirror(targets, env),
  };
  const prefix = Math.floor(random() * 2 ** 32).toString(36);
  let requests = 0;
  const nextId = (): string => `${prefix}-${++requests}`;

  return {
    targets: targets.map(({ id }) => id),
    routes: Object.fromEntries(
      Object.keys(options.routes ?? {}).map((name) => [name, find(name)?.targets.map(({ id }) => id) ?? []]),
    ),
    async chat<S extends Schema>(request: ChatRequest<S>, callOptions: CallOptions = {}) {
      const asked = { request: normalizeChatRequest(request), schema: request.schema };
      const job = chatOperation('chat', request, asked.request);
      const work: Work<ChatResult> = (run, failover) => chat(run, failover, asked);
      const result = await runOperation(job, callOptions, nextId(), routing, env, work, asked);
      return result as ChatResult<InferSchema<S>>;
    },
    async stream<S extends Schema>(request: ChatRequest<S>, callOptions: CallOptions = {}) {
      const asked = { request: normalizeChatRequest(request), schema: request.schema };
      const job = chatOperation('stream', request, asked.request);
      const work: Work<ChatStream> = (run, failover) => stream(run, failover, asked);
      const opened = await runOperation(job, callOptions, nextId(), routing, env, work, asked);
      return opened as ChatStream<InferSchema<S>>;
    },
    async embed(request, callOptions = {}) {
      const asked = normalizeEmbedRequest(request);
      return runOperation(embedOperation(asked), callOptions, nextId(), routing, env, (run, failover) =>
        embed(run, failover, asked),
      );
    },
    async image(request, callOptions = {}) {
      const asked = normalizeImageRequest(request);
      return runOperation(imageOperation(asked), callOptions, nextId(), routing, env, (run, failover) =>
        image(run, failover, asked),
      );
    },
    async explain(request, callOptions = {}) {
      return explain(
        chatOperation('chat', request, normalizeChatRequest(request)),
        callOptions,
        routing,
        env,
      );
    },
    warmup: () => warmup(targets, clock, closing.signal),
    on: events.on,
    stats: () =>
      targets.map((target) => {
        const now = clock.now();
        const { state: health, until } = targetHealth(target, now);
        const { id, model, provider, capabilities } = target;
        return {
          id,
          provider: provider.name,
          model,
          capabilities,
          ...trafficOf(target),
          health,
          retryAt: until === undefined ? undefined : toEpoch(until, clock),
          ...statsOf(target, now),
          latencies: latenciesOf(target, now),
        };
      }),
    close() {
      closing.abort(undefined);
      for (const { stop } of [...env.activeRequests.items]) stop(closedError());
    },
  };
}

/** Of all its keys together. */
function trafficOf({ channels }: Target): { readonly traffic?: Traffic } {
  const known = channels.flatMap(({ provider }) => provider.traffic ?? []);
  if (known.length === 0) return {};
  const sum = (of: keyof Traffic): number => known.reduce((total, each) => total + each[of], 0);
  return { traffic: { sent: sum('sent'), received: sum('received') } };
}

/** In milliseconds. */
const longestWarmup = 10_000;

/** Lets each provider get ready once, however many targets share it. A target that cannot is nobody's failure yet. */
async function warmup(targets: readonly Target[], clock: Clock, closed: Signal): Promise<void> {
  const providers = targets.flatMap(({ channels }) => channels.map(({ provider }) => provider));
  const ending = realAbort(closed);
  const stop = clock.after(longestWarmup, () => ending.abort(undefined));
  const prepare = async (provider: Provider): Promise<void> => provider.warmup?.(ending.signal);
  const all = [...new Set(providers)].map((provider) => orAbort(prepare(provider), ending.signal));
  await Promise.allSettled(all);
  stop();
  ending.unlink();
}

/** Routes by name; and for each target's id a route of that target alone, under the router's own policies. */
function routeFinder(options: RouterOptions, targets: readonly Target[]): RouteFinder {
  const fallback = priority();
  const routes = new Map<string, Route>();
  const add = (name: string, members: readonly Target[], policies: Policies): void => {
    routes.set(name, {
      name,
      targets: members,
      policies: resolvePolicies(
        options,
        policies,
        fallback,
        members.flatMap(({ channels }) => channels).length,
      ),
      outputs: outputLengths(),
      memory: { turn: 0, previous: undefined },
    });
  };
  for (const target of targets) add(target.id, [target], {});
  const named: Readonly<Record<string, RouteOptions>> = options.routes ?? {};
  for (const [name, route] of Object.entries(named)) {
    const members =
      route.targets?.flatMap((id) => targets.find((target) => target.id === id) ?? []) ?? targets;
    add(name, members, route);
  }
  // One that names no route goes over all targets.
  if (!routes.has('default')) add('default', targets, {});
  return (name) => routes.get(name ?? 'default');
}
