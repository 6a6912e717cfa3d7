import type { ProviderResult } from '../types/provider.ts';
import type { ChatResult } from '../types/result.ts';
import { type Asked, accept, withheld } from './answer.ts';
import { type Attempt, beginAttempt, follow } from './attempt.ts';
import type { Failover } from './failover.ts';
import type { Run } from './run.ts';

/** Gets one complete answer from the first target that gives one. */
export function chat(run: Run, failover: Failover, asked: Asked): Promise<ChatResult> {
  return failover.run(async (permit, lane) => {
    const attempt = beginAttempt(run, permit, lane);
    const result = await ask(run, attempt, asked);
    return accept(run, attempt, lane, asked, { ...result, providerMetadata: result.providerMetadata ?? {} });
  });
}

async function ask(run: Run, attempt: Attempt, { request }: Asked): Promise<ProviderResult> {
  const { carry, channel } = attempt;
  const result = await follow(
    attempt,
    () => channel.provider.chat({ ...request, ...carry }),
    () => ({}),
  );
  attempt.noteLimits(result.response.limits);
  const refusal = withheld(result.finishReason, attempt, run.route.policies.fallbackOn);
  if (refusal === undefined) return result;
  attempt.fail(refusal, { usage: result.usage });
  throw refusal;
}
