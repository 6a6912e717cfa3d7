import { isRouterError } from '../errors.ts';
import type { AnyResult, RequestSummary } from '../types/plugin.ts';
import type { Ending } from './events/events.ts';
import { report } from './events/events-part.ts';
import { loadRest } from './parts/rest.ts';
import type { RequestState } from './request.ts';

/** Starts a request's timers and its plugins' observers. */
export function beginRequest(request: RequestState): void {
  request.start(abandonRequest);
  const { env } = request;
  if (env.events.subscribed.size > 0) report(env, (events) => events.reportRequestStart(request));
  const { observe } = env.stations;
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
  const { env, observers } = request;
  if (observers === undefined && env.events.subscribed.size === 0) return;
  const left = request.holding?.left;
  const seen: Ending =
    left === undefined
      ? { outcome, result, error }
      : { outcome: left.outcome, error: left.reason, result: undefined, forOthers: result };
  report(env, (events) => {
    observers?.end(events.summaryOf(request, seen));
    if (env.events.subscribed.size > 0) events.reportRequestEnd(request, seen);
  });
}

/** Maximum number of answers whose measurements wait for the code that records them. */
const fewAnswers = 8;

/** Ends a request with its answer. */
export function finishRequest(request: RequestState, result: AnyResult): void {
  finish(request, 'success', result, undefined);
  const { env } = request;
  if (env.isWhole) return;
  const load = (): void => void loadRest(env).catch(() => {}); // an outage may come
  // A turn later, so that the caller has the answer first; at once where the runtime may end with it.
  if (env.apart || env.unlearned.length > fewAnswers) load();
  else env.clock.after(0, load);
}

/** Ends a request that threw: a failure, or the caller's abort. */
export function failRequest(request: RequestState, error: unknown): void {
  const { aborted, reason } = request.signal;
  const byCaller = aborted && error === reason && !isRouterError(error);
  if (request.notes !== undefined)
    report(request.env, ({ unrouted }) => {
      request.decision ??= unrouted(request);
    });
  finish(request, byCaller ? 'aborted' : 'failed', undefined, error);
}

/** Ends a stream whose reader stopped early. */
export function abandonRequest(request: RequestState, error: unknown): void {
  finish(request, 'aborted', undefined, error);
}
