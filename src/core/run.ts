import { DeadlineError, isRouterError, RouterError } from '../errors.ts';
import type { Decision } from '../types/decision.ts';
import type { RouterErrorCode } from '../types/error.ts';
import type { Accept, CallOptions, Interrupted, Priority } from '../types/options.ts';
import type { AttemptSummary, FinishReason } from '../types/result.ts';
import type { Cost, Usage } from '../types/usage.ts';
import { linkedAbort, type Signal } from './abort.ts';
import { type Environment, type LiveRun, type Route, toDate } from './environment.ts';
import type { Job } from './job.ts';
import { override } from './override.ts';
import { defaultHedge, type ResolvedPolicies, type ResolvedTimeouts } from './policies.ts';

/** All state of one request. It is made when the request comes in and nothing keeps it when the request is over. */
export interface Run {
  readonly id: string;
  readonly env: Environment;
  readonly route: Route;
  readonly job: Job;
  readonly timeout: ResolvedTimeouts;
  readonly interrupted: Interrupted;
  /** Whether its reader can show a restart. */
  readonly restart: boolean;
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
  settle(end: RunEnd): void;
}

/** How a request ended. */
export type RunEnd =
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
export interface RunInit {
  readonly id: string;
  readonly env: Environment;
  readonly route: Route;
  readonly job: Job;
  readonly options: CallOptions;
  /** When the request came in, where it was not now. */
  readonly startedAt?: number | undefined;
  readonly mirror?: boolean;
}

export function createRun({ options, ...init }: RunInit): Run {
  const { env, route } = init;
  const timeout = override(route.policies.timeout, options.timeout);
  const now = env.clock.now();
  const { startedAt = now } = init;
  const abort = linkedAbort(options.signal);
  if (env.closed.aborted) abort.abort(closedError());
  const live: LiveRun = { stop: abort.abort, place: undefined };
  env.live.add(live);
  const attempts: AttemptSummary[] = [];
  const onDeadline = (): void => abort.abort(new DeadlineError(timeout.request, attempts));
  const left = startedAt + timeout.request - now;
  if (left <= 0) onDeadline();
  const cancelDeadline = env.clock.after(left, onDeadline);
  let settled = false;
  const run: Run = {
    ...init,
    timeout,
    interrupted: options.interrupted ?? route.policies.interrupted,
    restart: options.restart ?? true,
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
      env.live.delete(live);
      tellEnd(run, end);
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
  return called === false ? false : override(routed === false ? defaultHedge : routed, called);
}

function tellEnd(run: Run, end: RunEnd): void {
  const now = run.env.clock.now();
  const success = end.outcome === 'success' ? end : undefined;
  // Also what a target did well before another one had to start anew.
  const wasted = run.attempts.filter(
    ({ outcome, target }) => outcome !== 'success' || target !== success?.target,
  );
  run.env.events.emit({
    type: 'request-end',
    ...factsOf(run),
    at: toDate(run.startedAt, run.env.clock),
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
export function factsOf({ id, route, metadata, mirror }: Run): {
  requestId: string;
  route: string;
  metadata: Run['metadata'];
  mirror?: true;
} {
  return { requestId: id, route: route.name, metadata, ...(mirror ? { mirror } : {}) };
}

/** Ends a run that threw, as a failure or as the caller's own abort. */
export function settleError(run: Run, error: unknown): void {
  const byCaller = run.signal.aborted && error === run.signal.reason && !isRouterError(error);
  run.settle(byCaller ? { outcome: 'aborted' } : { outcome: 'failed', error });
}

function codeOf(error: unknown): RouterErrorCode | undefined {
  return isRouterError(error) ? error.code : undefined;
}
