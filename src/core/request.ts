import { DeadlineError, isRouterError, RouterError } from '../errors.ts';
import type { RouterErrorCode } from '../types/error.ts';
import type { Accept, CallOptions, Interrupted, Priority } from '../types/options/options.ts';
import type { Decision } from '../types/result/decision.ts';
import type { AttemptSummary, FinishReason } from '../types/result/result.ts';
import type { Cost, Usage } from '../types/result/usage.ts';
import { linkedAbort, type Signal } from '../util/abort.ts';
import { mergeDefined } from '../util/merge-defined.ts';
import { type ActiveRequest, type Route, type RouterContext, toEpoch } from './context.ts';
import type { Operation } from './operations/operation.ts';
import { defaultHedge, type ResolvedPolicies, type ResolvedTimeouts } from './options/policies.ts';

/** All state of one request. It is made when the request comes in and nothing keeps it when the request is over. */
export interface RequestState {
  readonly id: string;
  readonly env: RouterContext;
  readonly route: Route;
  readonly job: Operation;
  readonly timeout: ResolvedTimeouts;
  readonly interrupted: Interrupted;
  readonly hedge: ResolvedPolicies['hedge'];
  readonly accept: Accept | undefined;
  readonly priority: Priority;
  readonly session: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** It is a copy, which nobody waits for. */
  readonly mirror: boolean;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  readonly deadline: number;
  /** Aborts with the caller's reason, at the deadline, or when the router is closed. */
  readonly signal: Signal;
  /** In the order they ended. */
  readonly attempts: AttemptSummary[];
  /** How many have started. */
  started: number;
  /** How the targets were chosen, once they have been. */
  decision: Decision | undefined;
  firstTokenAt: number | undefined;
  /** Stops all that is under way for it, as an abort of the caller's does. */
  stop(reason: unknown): void;
  /** Ends the request for all: timers, links, and its one `request-end`. Later calls do nothing. */
  settle(end: RequestEnd): void;
}

/** How a request ended. */
export type RequestEnd =
  | {
      readonly outcome: 'success';
      readonly target: string;
      readonly finishReason: FinishReason | undefined;
      readonly usage: Usage;
      readonly cost: Cost | undefined;
    }
  | { readonly outcome: 'failed'; readonly error: unknown }
  | { readonly outcome: 'aborted' };

/** What a run is made from. */
export interface RequestInit {
  readonly id: string;
  readonly env: RouterContext;
  readonly route: Route;
  readonly job: Operation;
  readonly options: CallOptions;
  /** When the request came in, where it was not now. */
  readonly startedAt?: number | undefined;
  readonly mirror?: boolean;
}

export function createRequest({ options, ...init }: RequestInit): RequestState {
  const { env, route } = init;
  const timeout = mergeDefined(route.policies.timeout, options.timeout);
  const now = env.clock.now();
  const { startedAt = now } = init;
  const abort = linkedAbort(options.signal);
  if (env.closed.aborted) abort.abort(closedError());
  const live: ActiveRequest = { stop: abort.abort, place: undefined };
  env.activeRequests.add(live);
  const attempts: AttemptSummary[] = [];
  const onDeadline = (): void => abort.abort(new DeadlineError(timeout.request, attempts));
  const left = startedAt + timeout.request - now;
  if (left <= 0) onDeadline();
  const cancelDeadline = env.clock.after(left, onDeadline);
  let settled = false;
  const run: RequestState = {
    ...init,
    timeout,
    interrupted: options.interrupted ?? route.policies.interrupted,
    hedge: hedgeOf(options.hedge, route.policies.hedge),
    accept: options.accept ?? route.policies.accept,
    priority: options.priority ?? 'normal',
    session: options.session,
    metadata: options.metadata ?? {},
    mirror: init.mirror ?? false,
    startedAt,
    deadline: startedAt + timeout.request,
    signal: abort.signal,
    attempts,
    started: 0,
    decision: undefined,
    firstTokenAt: undefined,
    stop: abort.abort,
    settle(end) {
      if (settled) return;
      settled = true;
      cancelDeadline();
      abort.unlink();
      env.activeRequests.delete(live);
      emitRequestEnd(run, end);
    },
  };
  return run;
}

/** What calls of a closed router, and those under way when it is closed, end with. */
export function closedError(): RouterError {
  return new RouterError('closed', 'the router has been closed');
}

function hedgeOf(called: CallOptions['hedge'], routed: ResolvedPolicies['hedge']): ResolvedPolicies['hedge'] {
  if (called === undefined) return routed;
  return called === false ? false : mergeDefined(routed === false ? defaultHedge : routed, called);
}

function emitRequestEnd(run: RequestState, end: RequestEnd): void {
  const now = run.env.clock.now();
  const success = end.outcome === 'success' ? end : undefined;
  // Also what a target did well before another one had to start anew.
  const wasted = run.attempts.filter(
    ({ outcome, target }) => outcome !== 'success' || target !== success?.target,
  );
  run.env.events.emit({
    type: 'request-end',
    ...eventFields(run),
    startedAt: toEpoch(run.startedAt, run.env.clock),
    kind: run.job.kind,
    outcome: end.outcome,
    target: success?.target,
    attempts: run.attempts,
    finishReason: success?.finishReason,
    usage: success?.usage,
    cost: success?.cost,
    wastedCost: wasted.reduce((sum, { cost }) => sum + (cost?.total ?? 0), 0),
    duration: now - run.startedAt,
    firstToken: run.firstTokenAt === undefined ? undefined : run.firstTokenAt - run.startedAt,
    error: end.outcome === 'failed' ? codeOf(end.error) : undefined,
    decision: run.decision,
  });
}

/** What every event says of its request. */
export function eventFields({ id, route, metadata, mirror }: RequestState): {
  requestId: string;
  route: string;
  metadata: RequestState['metadata'];
  mirror?: true;
} {
  return { requestId: id, route: route.name, metadata, ...(mirror ? { mirror } : {}) };
}

/** Ends a run that threw, as a failure or as the caller's own abort. */
export function settleError(run: RequestState, error: unknown): void {
  const byCaller = run.signal.aborted && error === run.signal.reason && !isRouterError(error);
  run.settle(byCaller ? { outcome: 'aborted' } : { outcome: 'failed', error });
}

function codeOf(error: unknown): RouterErrorCode | undefined {
  return isRouterError(error) ? error.code : undefined;
}
