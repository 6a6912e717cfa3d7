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

/** The most answers of which is kept what there is to learn, while the code for that cannot be loaded. */
const mostUnlearned = 100;

/** Learns from a complete answer: health, speed, and answer length. */
export function recordSuccess(
  channel: Channel,
  passes: BreakerTickets,
  request: RequestState,
  usage: Usage,
  { startedAt, firstTokenAt, now }: AnswerTimes,
): void {
  const { env, route, operation } = request;
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
  if (env.isWhole) learn(request, target.id, usage, now);
  else if (env.unlearned.length < mostUnlearned)
    env.unlearned.push(() => learn(request, target.id, usage, now));
}

function learn(
  { env, route, session, operation }: RequestState,
  id: string,
  usage: Usage,
  now: number,
): void {
  const { inputTokens, outputTokens } = usage;
  if (operation.measuredAs !== undefined && outputTokens !== undefined)
    route.outputs?.add(id, outputTokens, now, inputTokens);
  env.caches?.note(session, id, usage, now);
}
