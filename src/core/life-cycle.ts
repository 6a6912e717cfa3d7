import { isRouterError } from '../errors.ts';
import type { AnyResult, RequestSummary } from '../types/plugin.ts';
import type { Decision } from '../types/result/decision.ts';
import { type Ending, reportRequestEnd, reportRequestStart, wastedCost } from './events.ts';
import { loadRest } from './parts/rest.ts';
import type { RequestState } from './request.ts';

/** Starts a request's timers and its plugins' observers. */
export function beginRequest(request: RequestState): void {
  request.start(abandonRequest);
  const { events, stations } = request.env;
  if (events.subscribed.size > 0) reportRequestStart(request);
  const { observe } = stations;
  if (observe !== undefined) request.observers = observe(request.context);
}

/** Ends a request: releases its timer and links, and emits its one `request-end`. Later calls do nothing. */
function finish(
  request: RequestState,
  outcome: RequestSummary['outcome'],
  result: AnyResult | undefined,
  error: unknown,
): void {
  if (!request.release()) return;
  const left = request.holding?.left;
  const seen: Ending =
    left === undefined
      ? { outcome, result, error }
      : { outcome: left.outcome, error: left.reason, result: undefined, forOthers: result };
  request.observers?.end(summaryOf(request, seen));
  if (request.env.events.subscribed.size > 0) reportRequestEnd(request, seen);
}

function summaryOf(
  { given, attempts, decision, lookup, startedAt, firstTokenAt, env }: RequestState,
  { outcome, result, error, forOthers }: Ending,
): RequestSummary {
  return {
    outcome,
    result,
    given,
    error,
    forOthers,
    target: result?.target,
    attempts,
    decision,
    lookup,
    wastedCost: wastedCost(attempts, (result ?? forOthers)?.target),
    duration: env.clock.now() - startedAt,
    firstToken: firstTokenAt === undefined ? undefined : firstTokenAt - startedAt,
  };
}

/** The decision of a request for which no target was chosen. */
export function unrouted({ route, notes }: RequestState): Decision {
  const { name, policies } = route;
  return {
    route: name,
    strategy: policies.strategy.name,
    candidates: [],
    skipped: [],
    ...(notes === undefined ? {} : { notes }),
  };
}

/** Ends a request with its answer. */
export function finishRequest(request: RequestState, result: AnyResult): void {
  finish(request, 'success', result, undefined);
  if (!request.env.isWhole) loadRest(request.env).catch(() => {}); // an outage may come
}

/** Ends a request that threw: a failure, or the caller's abort. */
export function failRequest(request: RequestState, error: unknown): void {
  const { aborted, reason } = request.signal;
  const byCaller = aborted && error === reason && !isRouterError(error);
  if (request.notes !== undefined) request.decision ??= unrouted(request);
  finish(request, byCaller ? 'aborted' : 'failed', undefined, error);
}

/** Ends a stream whose reader stopped early. */
export function abandonRequest(request: RequestState, error: unknown): void {
  finish(request, 'aborted', undefined, error);
}
