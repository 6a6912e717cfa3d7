import type { CallOptions } from '../types/options/call-options.ts';
import type { AnyRequest, AnyResult, Awaitable, PartialHit } from '../types/plugin.ts';
import type { Part } from '../util/lazy.ts';
import { orAbort } from '../util/time/abort.ts';
import { lastResort } from './answer/last-resort-part.ts';
import type { RouterContext } from './context.ts';
import { eventsPart } from './events/events-part.ts';
import { recoveryPart } from './failover/recovery-part.ts';
import { startFailover } from './failover/start.ts';
import { beginRequest, failRequest, finishRequest } from './life-cycle.ts';
import { fullCheckPart } from './operations/check/full-check-part.ts';
import type { Operation } from './operations/operation.ts';
import type { RunnableOperation } from './operations/runnable.ts';
import { checkCallOptions } from './options/call-options.ts';
import { extensionsPart } from './parts/extensions-part.ts';
import { lacksExtensions, loadExtensions } from './parts/load-extensions.ts';
import { isPlainCall, loadBilling, loadRest } from './parts/rest.ts';
import { RequestState } from './request.ts';
import { fallbackRoute, namedRoute } from './routing/named-route.ts';
import { isPlain, isPricedLater } from './routing/plain-routing.ts';

/**
 * The road of a request of any operation, in the order of its stations. An invalid request never starts; every other one ends
 * exactly once. Synchronous steps are not awaited, because each await costs a turn of the microtask queue.
 */
export function runOperation<Request extends AnyRequest, Result>(
  operation: RunnableOperation<Request, Result>,
  input: object,
  options: CallOptions,
  env: RouterContext,
): Promise<Result> {
  let request: RequestState<Request>;
  try {
    const checked = check(operation, input, options, env);
    if (checked instanceof Promise) return checked.then(() => runOperation(operation, input, options, env));
    request = checked;
    beginRequest(request);
  } catch (error) {
    return Promise.reject(error);
  }
  const work = carryOut(operation, request);
  if (request.holding === undefined) return work;
  return request.holding.untilLeft(work).catch(async (error: unknown) => {
    // Its caller has no time left, but others wait for the answer.
    const isLeft = request.holding?.left !== undefined && request.route.policies.lastResort !== undefined;
    const instead = isLeft ? await lastResort<Result>(operation, request, error) : undefined;
    if (instead !== undefined) return instead;
    throw error;
  });
}

async function carryOut<Request extends AnyRequest, Result>(
  operation: RunnableOperation<Request, Result>,
  request: RequestState<Request>,
): Promise<Result> {
  const { env } = request;
  const { stations } = env;
  try {
    if (request.signal.aborted) throw request.signal.reason;
    if (stations.inspect !== undefined)
      await stations.inspect(request.context, (made) => request.replace(made));
    if (stations.lookup !== undefined) {
      const found = await env.parts.get(extensionsPart)?.lookUp(stations.lookup, request, operation);
      if (found !== undefined) return end(operation, request, found);
    }
    const selecting = request.isRouted ? undefined : env.parts.get(extensionsPart)?.chooseRoute(request);
    const selected = selecting instanceof Promise ? await selecting : selecting;
    if (selected !== undefined && stations.routed !== undefined)
      await stations.routed(request.context, (made) => request.replace(made));
    const loading = !env.prices.isReady && isPricedLater(request) ? undefined : env.prices.ready();
    if (loading !== undefined) await orAbort(loading, request.signal);
    if (!env.isWhole) {
      if (isPlain(request))
        void loadBilling(env, request.signal); // while the target works
      else await loadRest(env, request.signal);
    }
    const result = await operation.run(request, startFailover(request, selected));
    const { complete } = request;
    return end(operation, request, complete === undefined ? result : await completed(result, complete));
  } catch (error) {
    const { lastResort: text } = request.route.policies;
    const instead = text === undefined ? undefined : await lastResort<Result>(operation, request, error);
    failRequest(request, error);
    if (instead !== undefined) return instead;
    throw error;
  }
}

/** The same for an operation whose code is loaded on first use. The request's time begins after that. */
export async function runPart<Request extends AnyRequest, Result>(
  part: Part<RunnableOperation<Request, Result>>,
  input: object,
  options: CallOptions,
  env: RouterContext,
): Promise<Result> {
  checkCallOptions(options, env.callOptions);
  const loaded = env.isWhole ? env.parts.get(part) : undefined;
  const operation = loaded ?? (await loadOperation(part, options.signal, env));
  return runOperation(operation, input, options, env);
}

/** Such operations do not begin without the code for failures. */
async function loadOperation<T>(
  part: Part<T>,
  signal: AbortSignal | undefined,
  env: RouterContext,
): Promise<T> {
  const { parts, clock } = env;
  const [operation] = await Promise.all([parts.load(part, clock, signal), loadRest(env, signal)]);
  return operation;
}

/**
 * 1: checks the options, and checks and normalizes the request. A promise: the code for that has to be loaded first. It is needed
 * for requests of more than text, and for those that a plugin may replace.
 */
export function check<Request extends AnyRequest>(
  operation: Operation<Request>,
  input: object,
  options: CallOptions,
  env: RouterContext,
): RequestState<Request> | Promise<unknown> {
  checkCallOptions(options, env.callOptions);
  if (lacksExtensions(env)) return loadExtensions(env, options.signal);
  if (env.events.subscribed.size > 0 && !env.isWhole && env.parts.get(eventsPart) === undefined)
    return env.parts.load(eventsPart, env.clock, options.signal);
  if (!env.isWhole && !isPlainCall(options)) return loadRest(env, options.signal);
  const { parts, stations, select } = env;
  const fullCheck = parts.get(fullCheckPart);
  const mayChange = stations.inspect !== undefined && fullCheck === undefined;
  const checked = mayChange ? undefined : operation.check(input, fullCheck);
  if (checked === undefined) return parts.load(fullCheckPart, env.clock, options.signal);
  if (env.loadModels !== undefined) return env.loadModels(options.signal);
  if (options.history !== undefined) parts.get(recoveryPart)?.checkHistory(options.history, env.findRoute);
  const isNamed = (options.route ?? options.targets ?? options.model) !== undefined;
  const isSelected = !isNamed && operation.selectable && select !== undefined;
  const named = isSelected ? fallbackRoute(select, env.findRoute) : namedRoute(options, env.findRoute);
  const isNarrowed = !isSelected && (options.targets ?? options.only ?? options.model) !== undefined;
  const route =
    (isNarrowed ? parts.get(recoveryPart)?.narrowedRoute(named, options, env.findRoute) : undefined) ?? named;
  const id = env.nextId();
  return new RequestState({
    id,
    env,
    operation,
    original: input,
    checked,
    options,
    route,
    isRouted: !isSelected,
  });
}

/** 10: ends the request with its result; a stream ends when its reader is done. */
function end<Result>({ streamed }: Operation, request: RequestState, result: Result): Result {
  if (!streamed) finishRequest(request, result as AnyResult);
  return result;
}

/** The answer, together with the part that a plugin had. */
function completed<Result>(rest: Result, complete: PartialHit['complete']): Awaitable<Result> {
  // Only the operation knows which result is its own.
  return complete(rest as AnyResult) as Awaitable<Result>;
}
