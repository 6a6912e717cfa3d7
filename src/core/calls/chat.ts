import type { ProviderResult } from '../../types/provider.ts';
import type { ChatResult } from '../../types/result/result.ts';
import { type ChatInput, contentFilterFailure, finalize } from '../answer/finalize.ts';
import { type Attempt, beginAttempt, follow } from '../attempt/attempt.ts';
import type { Failover } from '../failover/failover.ts';
import type { RequestState } from '../request.ts';

/** Gets one complete answer from the first target that gives one. */
export function chat(run: RequestState, failover: Failover, asked: ChatInput): Promise<ChatResult> {
  return failover.run(async (permit, lane) => {
    const attempt = beginAttempt(run, permit, lane);
    const result = await ask(run, attempt, asked);
    return finalize(run, attempt, lane, asked, {
      ...result,
      providerMetadata: result.providerMetadata ?? {},
    });
  });
}

async function ask(run: RequestState, attempt: Attempt, { request }: ChatInput): Promise<ProviderResult> {
  const { carry, channel } = attempt;
  const result = await follow(
    attempt,
    () => channel.provider.chat({ ...request, ...carry }),
    () => ({}),
  );
  attempt.noteLimits(result.response.limits);
  const refusal = contentFilterFailure(result.finishReason, attempt, run.route.policies.fallbackOn);
  if (refusal === undefined) return result;
  attempt.fail(refusal, { usage: result.usage, response: result.response });
  throw refusal;
}
