import type { ProviderResult, ResolvedChatRequest } from '../../types/provider.ts';
import type { ChatResult } from '../../types/result/result.ts';
import { contentFilterFailure } from '../answer/answer.ts';
import { finalize } from '../answer/finalize.ts';
import { type Attempt, beginAttempt } from '../attempt/attempt.ts';
import type { AttemptMeasures } from '../attempt/billing/measures.ts';
import { follow } from '../attempt/follow.ts';
import type { ChannelReservation } from '../attempt/reservation.ts';
import type { Failover } from '../failover/failover.ts';
import type { AttemptSlot } from '../failover/race.ts';
import { extensionsPart } from '../parts/extensions-part.ts';
import type { RequestState } from '../request.ts';

/**
 * Milliseconds after which the catalog begins to load for a request that is sent without it. By then the request has usually been
 * written, and the vendor is at work: opening a connection takes some 50 ms, an answer several hundred.
 */
const pricesLoadAfter = 100;

/** Returns one complete answer from the first target that succeeds. */
export function chat(request: RequestState<ResolvedChatRequest>, failover: Failover): Promise<ChatResult> {
  const answering = failover.run((reservation, slot) => ask(request, reservation, slot));
  if (request.env.stations.transform === undefined) return answering;
  return answering.catch((error: unknown) => {
    const ended = request.env.parts.get(extensionsPart)?.WithheldAnswer.end(request, error);
    if (ended === undefined) throw error;
    return ended;
  });
}

/** One attempt. */
async function ask(
  request: RequestState<ResolvedChatRequest>,
  reservation: ChannelReservation,
  slot: AttemptSlot,
): Promise<ChatResult> {
  const attempt = beginAttempt(request, reservation, slot);
  const { carry, channel } = attempt;
  const { prices, clock } = request.env;
  if (!prices.isReady) clock.after(pricesLoadAfter, prices.ready);
  const result = await follow(
    attempt,
    () => channel.provider.chat({ ...request.request, ...carry }),
    nothingSeen,
  );
  if (result.response.limits !== undefined) attempt.noteLimits(result.response.limits);
  if (result.finishReason === 'content-filter') await refuseFiltered(request, attempt, result);
  return finalize(request, attempt, slot, request, {
    ...result,
    providerMetadata: result.providerMetadata ?? {},
  });
}

const nothingSeen = (): AttemptMeasures => ({});

/** Fails the attempt if its route fails over where an answer was withheld. */
async function refuseFiltered(
  { route }: RequestState,
  attempt: Attempt,
  { finishReason, usage, response }: ProviderResult,
): Promise<void> {
  const refusal = contentFilterFailure(finishReason, attempt.target, route.policies.fallbackOn);
  if (refusal === undefined) return;
  await attempt.loading();
  attempt.fail(refusal, { usage, response });
  throw refusal;
}
