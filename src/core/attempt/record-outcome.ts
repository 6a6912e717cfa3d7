import type { Usage } from '../../types/result/usage.ts';
import type { RouterContext } from '../context.ts';
import { defaultBreaker } from '../options/policies.ts';
import type { RequestState } from '../request.ts';
import type { Channel } from '../targets/target.ts';
import type { BreakerTickets } from './reservation.ts';

/** Timing of a complete answer, in monotonic milliseconds. */
export interface AnswerTimes {
  readonly startedAt: number;
  readonly firstTokenAt: number | undefined;
  readonly now: number;
}

/** Maximum number of answers kept for later measurement while the code that measures cannot be loaded. */
const mostUnlearned = 100;

/** Learns from a complete answer: health, speed, and answer length. */
export function recordSuccess(
  channel: Channel,
  passes: BreakerTickets,
  request: RequestState,
  usage: Usage,
  { startedAt, firstTokenAt, now }: AnswerTimes,
): void {
  const { env, operation } = request;
  const { target, adaptive, places } = channel;
  adaptive.succeeded(places.taken);
  channel.unclearRefusal = undefined;
  target.odds.add(false, now);
  const outputTokens = operation.measuredAs === undefined ? undefined : usage.outputTokens;
  const firstToken = firstTokenAt === undefined ? undefined : firstTokenAt - startedAt;
  target.stats.end(now, { sample: { total: now - startedAt, firstToken, outputTokens } });
  if (env.caches !== undefined) learn(request, channel, passes, usage, now);
  else learnLater(env, () => learn(request, channel, passes, usage, now));
}

/** Keeps an answer's measurements until the code for them is loaded. */
export function learnLater({ unlearned }: RouterContext, lesson: () => void): void {
  if (unlearned.length < mostUnlearned) unlearned.push(lesson);
}

function learn(
  { env, route, session, operation }: RequestState,
  { target, key }: Channel,
  passes: BreakerTickets,
  usage: Usage,
  now: number,
): void {
  const limits = route.policies.breaker || defaultBreaker;
  target.breaker.success(passes.own, now, limits);
  key.endpoint.breaker.success(passes.shared, now, limits);
  const { inputTokens, outputTokens } = usage;
  if (operation.measuredAs !== undefined && outputTokens !== undefined)
    route.outputs?.add(target.id, outputTokens, now, inputTokens);
  env.caches?.note(session, target.id, usage, now);
}
