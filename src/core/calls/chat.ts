import type { ProviderResult, ResolvedChatRequest } from '../../types/provider.ts';
import type { ChatResult } from '../../types/result/result.ts';
import { contentFilterFailure } from '../answer/answer.ts';
import { finalize } from '../answer/finalize.ts';
import { type Attempt, beginAttempt } from '../attempt/attempt.ts';
import { follow } from '../attempt/follow.ts';
import type { Failover } from '../failover/failover.ts';
import { extensionsPart } from '../parts/extensions-part.ts';
import type { RequestState } from '../request.ts';

/** Returns one complete answer from the first target that succeeds. */
export function chat(request: RequestState<ResolvedChatRequest>, failover: Failover): Promise<ChatResult> {
  const answering = failover.run(async (permit, lane) => {
    const attempt = beginAttempt(request, permit, lane);
    const result = await ask(request, attempt);
    return finalize(request, attempt, lane, request, {
      ...result,
      providerMetadata: result.providerMetadata ?? {},
    });
  });
  if (request.env.stations.transform === undefined) return answering;
  return answering.catch((error: unknown) => {
    const ended = request.env.parts.get(extensionsPart)?.WithheldAnswer.end(request, error);
    if (ended === undefined) throw error;
    return ended;
  });
}

async function ask(
  { request, route }: RequestState<ResolvedChatRequest>,
  attempt: Attempt,
): Promise<ProviderResult> {
  const { carry, channel } = attempt;
  const result = await follow(
    attempt,
    () => channel.provider.chat({ ...request, ...carry }),
    () => ({}),
  );
  if (result.response.limits !== undefined) attempt.noteLimits(result.response.limits);
  if (result.finishReason !== 'content-filter') return result;
  const refusal = contentFilterFailure(result.finishReason, attempt, route.policies.fallbackOn);
  if (refusal === undefined) return result;
  await attempt.loading();
  attempt.fail(refusal, { usage: result.usage, response: result.response });
  throw refusal;
}
