import type { CallOptions } from '../types/options/call-options.ts';
import type { AnyRequest, AnyResult } from '../types/plugin.ts';
import type { Decision } from '../types/result/decision.ts';
import { orAbort } from '../util/time/abort.ts';
import { lookUp } from './calls/look-up.ts';
import type { RouterContext } from './context.ts';
import { createFailover } from './failover/failover.ts';
import { beginRequest, failRequest, finishRequest } from './life-cycle.ts';
import type { Operation } from './operations/operation.ts';
import type { RunnableOperation } from './operations/runnable.ts';
import { checkCallOptions } from './options/call-options.ts';
import { RequestState } from './request.ts';
import { chooseCandidates } from './routing/candidates.ts';
import { chooseRoute } from './routing/choose-route.ts';
import { namedRoute } from './routing/select.ts';

/**
 * The road of a request of any operation, in the order of its stations. An invalid request never starts; every other one ends
 * exactly once. Synchronous steps are not awaited, because each await costs a turn of the microtask queue.
 */
export async function runOperation<Request extends AnyRequest, Result>(
  operation: RunnableOperation<Request, Result>,
  input: object,
  options: CallOptions,
  env: RouterContext,
): Promise<Result> {
  const request = check(operation, input, options, env);
  const { stations } = env;
  beginRequest(request);
  try {
    if (request.signal.aborted) throw request.signal.reason;
    if (stations.inspect !== undefined)
      await stations.inspect(request.context, (made) => request.replace(made));
    if (stations.lookup !== undefined) {
      const found = await lookUp(stations.lookup, request, operation);
      if (found !== undefined) return end(operation, request, found);
    }
    const selecting = chooseRoute(request);
    const selected = selecting instanceof Promise ? await selecting : selecting;
    const loading = env.prices.ready();
    if (loading !== undefined) await orAbort(loading, request.signal);
    const routing = chooseCandidates(request, selected);
    request.decision = routing.decision;
    request.observers?.routed(routing.decision);
    const { memory, policies } = request.route;
    memory.turn += 1;
    memory.previous = routing.decision.candidates[0]?.target;
    policies.hedges.earn();
    policies.retries.earn();
    const result = await operation.run(request, createFailover(request, routing));
    return end(operation, request, result);
  } catch (error) {
    failRequest(request, error);
    throw error;
  }
}

/** Routing without the call: stations 1, 4, 5 and 6. */
export async function explain<Request extends AnyRequest>(
  operation: Operation<Request>,
  input: object,
  options: CallOptions,
  env: RouterContext,
): Promise<Decision> {
  const request = check(operation, input, options, env);
  try {
    const selected = await chooseRoute(request);
    options.signal?.throwIfAborted();
    await env.prices.ready();
    void request.inputTokens; // the decision then shows expected costs
    return chooseCandidates(request, selected).decision;
  } finally {
    request.release();
  }
}

/** 1: checks the options, and checks and normalizes the request. */
function check<Request extends AnyRequest>(
  operation: Operation<Request>,
  input: object,
  options: CallOptions,
  env: RouterContext,
): RequestState<Request> {
  checkCallOptions(options);
  const checked = operation.check(input);
  const isSelected = options.route === undefined && operation.selectable && env.selector !== undefined;
  const route = isSelected ? env.selector.fallback : namedRoute(options, env.findRoute);
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
