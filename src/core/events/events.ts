import { isRouterError } from '../../errors.ts';
import { addUsd } from '../../pricing/money.ts';
import type { RequestEndEvent } from '../../types/event.ts';
import type { AnyResult, RequestSummary } from '../../types/plugin.ts';
import type { AttemptSummary } from '../../types/result/result.ts';
import { toEpoch } from '../../util/time/clock.ts';
import type { RequestState } from '../request.ts';
import type { Channel } from '../targets/target.ts';
import { factsOf } from './facts.ts';

export { unrouted } from '../routing/unrouted.ts';

// Each event is built only if it has a listener.

/** A request starts. Its route may still change if `select` chooses it. */
export function reportRequestStart(request: RequestState): void {
  const { env, startedAt, operation } = request;
  if (!env.events.subscribed.has('request-start')) return;
  env.events.emit({
    type: 'request-start',
    ...factsOf(request),
    startedAt: toEpoch(startedAt, env.clock),
    kind: operation.kind,
  });
}

export function reportAttemptStart(request: RequestState, channel: Channel, attempt: number): void {
  const { events } = request.env;
  if (!events.subscribed.has('attempt-start')) return;
  const { target, number: key } = channel;
  events.emit({
    type: 'attempt-start',
    ...factsOf(request),
    target: target.id,
    ...(key === undefined ? {} : { key }),
    attempt,
  });
}

export function reportAttemptEnd(
  request: RequestState,
  { target, provider }: Channel,
  attempt: number,
  summary: AttemptSummary,
): void {
  const { events } = request.env;
  if (events.subscribed.has('attempt-end'))
    events.emit({ type: 'attempt-end', ...factsOf(request), attempt, ...summary });
  const { billed, usage, cost, outcome, serviceTier, region } = summary;
  if (billed === 'no' || usage === undefined || !events.subscribed.has('usage')) return;
  events.emit({
    type: 'usage',
    ...factsOf(request),
    target: target.id,
    provider: provider.name,
    model: target.model,
    ...(serviceTier === undefined ? {} : { serviceTier }),
    ...(region === undefined ? {} : { region }),
    usage,
    cost,
    outcome,
    billed,
  });
}

/** How a request ended for its caller. */
export interface Ending {
  readonly outcome: RequestEndEvent['outcome'];
  readonly result: AnyResult | undefined;
  readonly error: unknown;
  /** The answer that only other requests got. */
  readonly forOthers?: AnyResult | undefined;
}

/** A request ends with a result or an error, which may be the caller's abort. */
export function reportRequestEnd(request: RequestState, { outcome, result, error, forOthers }: Ending): void {
  const { env, attempts, startedAt, firstTokenAt } = request;
  if (!env.events.subscribed.has('request-end')) return;
  const answer = result ?? forOthers; // paid for, even if only other callers get it
  env.events.emit({
    type: 'request-end',
    ...factsOf(request),
    startedAt: toEpoch(startedAt, env.clock),
    kind: request.operation.kind,
    outcome,
    target: result?.target,
    attempts,
    finishReason: result !== undefined && 'finishReason' in result ? result.finishReason : undefined,
    usage: answer?.usage,
    cost: answer?.cost,
    wastedCost: wastedCost(attempts, answer?.target),
    duration: env.clock.now() - startedAt,
    firstToken: firstTokenAt === undefined ? undefined : firstTokenAt - startedAt,
    error: outcome === 'failed' && isRouterError(error) ? error.code : undefined,
    decision: request.decision,
    ...(request.lookup === undefined ? {} : { lookup: request.lookup }),
  });
}

/** US$ of attempts that did not become the answer, including partial answers that another target restarted. */
function wastedCost(attempts: readonly AttemptSummary[], answeredBy: string | undefined): number {
  const wasted = attempts.filter(({ outcome, target }) => outcome !== 'success' || target !== answeredBy);
  return addUsd(...wasted.map(({ cost }) => cost?.total ?? 0));
}

/** How a request ended, for the plugins that observe it. */
export function summaryOf(
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
