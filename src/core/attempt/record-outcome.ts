import type { Usage } from '../../types/result/usage.ts';
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

/** Learns from a complete answer: health, speed, and answer length. */
export function recordSuccess(
  channel: Channel,
  passes: BreakerTickets,
  { env, route, session, operation }: RequestState,
  usage: Usage,
  { startedAt, firstTokenAt, now }: AnswerTimes,
): void {
  const { target, key, adaptive, places } = channel;
  adaptive.succeeded(places.taken);
  channel.unclearRefusal = undefined;
  target.odds.add(false, now);
  const limits = route.policies.breaker || defaultBreaker;
  target.breaker.success(passes.own, now, limits);
  key.endpoint.breaker.success(passes.shared, now, limits);
  const outputTokens = operation.measuredAs === undefined ? undefined : usage.outputTokens;
  const firstToken = firstTokenAt === undefined ? undefined : firstTokenAt - startedAt;
  target.stats.end(now, { sample: { total: now - startedAt, firstToken, outputTokens } });
  if (outputTokens !== undefined) route.outputs.add(target.id, outputTokens, now);
  env.caches.note(session, target.id, usage, now);
}
