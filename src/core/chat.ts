import { isRouterError } from '../errors.ts';
import type { ProviderResult } from '../types/provider.ts';
import type { ChatResult } from '../types/result.ts';
import { orAbort } from './abort.ts';
import { type Asked, accept, withheld } from './answer.ts';
import { type Attempt, beginAttempt, failureOf } from './attempt.ts';
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
  const { signal } = carry;
  let booked = false;
  const book = (error: unknown): unknown => {
    const failure = failureOf(error, attempt);
    if (booked) return failure;
    booked = true;
    if (isRouterError(failure, 'provider') && failure.kind !== 'aborted') attempt.fail(failure, {});
    else attempt.abandon({}, signal.aborted);
    return failure;
  };
  // At once, so that all attempts are accounted for when the request ends.
  const onAbort = (): void => void book(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  let result: ProviderResult;
  try {
    result = await orAbort(channel.provider.chat({ ...request, ...carry }), signal);
  } catch (error) {
    throw book(error);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  attempt.noteLimits(result.response.limits);
  const refusal = withheld(result.finishReason, attempt, run.route.policies.fallbackOn);
  if (refusal === undefined) return result;
  attempt.fail(refusal, { usage: result.usage });
  throw refusal;
}
