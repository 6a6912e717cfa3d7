import type { CallOptions } from '../types/options/call-options.ts';
import type { Strategy } from '../types/options/strategy.ts';
import type { AnyRequest, AnyResult } from '../types/plugin.ts';
import type { StreamPart } from '../types/result/stream-part.ts';
import { compact } from '../util/json.ts';
import { sleep } from '../util/time/clock.ts';
import { hasSpareCapacity } from './admission/spare-capacity.ts';
import { type ChannelReservation, reserve } from './attempt/reservation.ts';
import type { Failover } from './failover/failover.ts';
import { beginRequest, failRequest, finishRequest } from './life-cycle.ts';
import { isRunnable, type RunnableOperation } from './operations/runnable.ts';
import { noOptions } from './options/call-options.ts';
import { RequestState } from './request.ts';
import type { Route } from './routes.ts';
import { chooseCandidates } from './routing/candidates.ts';
import type { Target } from './targets/target.ts';

/**
 * Sends a copy of a request to one target, only to measure it. It starts after the request and never competes with it: it is dropped
 * if a second answer could do harm or the target lacks spare capacity; it makes one attempt, and any request can take its slot.
 * Its outcome is in its events. Never rejects.
 *
 * @param onEnd called once, when the copy has ended or was dropped
 */
export async function sendShadow(original: RequestState, target: Target, onEnd: () => void): Promise<void> {
  const { operation, env } = original;
  const harmless = !original.shadow && original.pin === undefined && !original.needs.vendorTools;
  if (!harmless || operation.measuredAs === undefined || !isRunnable(operation)) {
    onEnd();
    return;
  }
  const request = copyOf(original, target, onEnd);
  try {
    // The request starts first. In runtimes that isolate requests, the copy starts with it, because it must end with it.
    if (!env.apart) await sleep(env.clock, 0, env.closed);
    await run(request, operation);
  } catch {
    // The router is closed.
  } finally {
    request.release();
  }
}

async function run(request: RequestState, operation: RunnableOperation): Promise<void> {
  const { env } = request;
  const routing = chooseCandidates(request, undefined);
  const now = env.clock.now();
  const isPinned = request.pin !== undefined;
  const channel = isPinned ? undefined : routing.ranked.find((each) => hasSpareCapacity(each, now));
  const reservation = channel === undefined ? undefined : reserve(channel, request, now);
  if (reservation === undefined || 'until' in reservation) return;
  request.decision = routing.decision;
  beginRequest(request);
  try {
    const result = await operation.run(request, onlyBy(reservation, request));
    if (operation.streamed) for await (const _ of result as AsyncIterable<StreamPart>);
    else finishRequest(request, result as AnyResult);
  } catch (error) {
    failRequest(request, error);
  }
}

function copyOf(original: RequestState, target: Target, onEnd: () => void): RequestState {
  const { id, env, operation, route, schema, options } = original;
  const { session, metadata, tenant, user, tags } = options;
  return new RequestState({
    id,
    env,
    operation,
    original: original.original,
    checked: { request: frozen(original.request), schema },
    options: { ...addedOptions(original), ...compact({ session, metadata, tenant, user, tags }) },
    route: routeTo(target, route),
    shadow: true,
    onEnd,
  });
}

/** What the call has set for plugins, which may exclude the copy's target by it. */
function addedOptions({ options, env }: RequestState): CallOptions {
  if (env.callOptions === undefined) return noOptions;
  const set = Object.entries(options).filter(([name]) => env.callOptions?.has(name));
  return Object.fromEntries(set);
}

/** Copies the lists, because the caller may append to them later. */
function frozen<Request extends AnyRequest>(request: Request): Request {
  const fields = Object.entries(request).map(([name, value]) => [
    name,
    Array.isArray(value) ? [...value] : value,
  ]);
  return Object.fromEntries(fields);
}

const asItIs: Strategy = { name: 'mirror', rank: (candidates) => candidates };

/** The same route with only this target. */
function routeTo(target: Target, route: Route): Route {
  const policies = { ...route.policies, strategy: asItIs };
  return { ...route, targets: [target], policies, memory: { turn: 0, previous: undefined } };
}

/** Exactly one attempt. */
function onlyBy(reservation: ChannelReservation, { signal }: RequestState): Failover {
  const slot = { signal, win: () => true, alarm() {}, overdue() {}, revived() {} };
  return {
    run: (attempt) => attempt(reservation, slot),
    failed() {},
    mayGoOn: () => false,
    turnedAway: () => undefined,
  };
}
