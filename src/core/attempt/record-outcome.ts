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
  const { target, key, adaptive, places } = channel;
  adaptive.succeeded(places.taken);
  channel.unclearRefusal = undefined;
  target.odds.add(false, now);
  const outputTokens = operation.measuredAs === undefined ? undefined : usage.outputTokens;
  const firstToken = firstTokenAt === undefined ? undefined : firstTokenAt - startedAt;
  target.stats.end(now, { sample: { total: now - startedAt, firstToken, outputTokens } });
  const { own, shared } = passes;
  const { route, session } = request;
  // Keeps neither the request nor the attempt alive: up to a hundred of these wait for the code that measures.
  const learn = (): void => {
    const limits = route.policies.breaker || defaultBreaker;
    target.breaker.success(own, now, limits);
    key.endpoint.breaker.success(shared, now, limits);
    if (outputTokens !== undefined) route.outputs?.add(target.id, outputTokens, now, usage.inputTokens);
    env.caches?.note(session, target.id, usage, now);
  };
  if (env.caches !== undefined) learn();
  else learnLater(env, learn);
}

/** Keeps an answer's measurements until the code for them is loaded. */
export function learnLater({ unlearned }: RouterContext, lesson: () => void): void {
  if (unlearned.length < mostUnlearned) unlearned.push(lesson);
}
