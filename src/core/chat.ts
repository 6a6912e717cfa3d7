import { isRouterError } from '../errors.ts';
import type { ProviderResult } from '../types/provider.ts';
import type { ChatResult } from '../types/result.ts';
import { orAbort } from './abort.ts';
import { accept, withheld } from './answer.ts';
import { type Attempt, beginAttempt, failureOf } from './attempt.ts';
import type { Failover } from './failover.ts';
import type { Run } from './run.ts';

/** Gets one complete answer from the first target that gives one. */
export async function chat(run: Run, failover: Failover): Promise<ChatResult> {
  const { attempt, result } = await failover.run(async (target) => {
    const begun = await beginAttempt(run, target);
    return { attempt: begun, result: await ask(run, begun) };
  });
  return accept(run, attempt, { ...result, providerMetadata: result.providerMetadata ?? {} });
}

async function ask(run: Run, attempt: Attempt): Promise<ProviderResult> {
  const { call, target } = attempt;
  let result: ProviderResult;
  try {
    result = await orAbort(target.provider.chat(call), call.signal);
  } catch (error) {
    const failure = failureOf(error, attempt);
    if (isRouterError(failure, 'provider')) attempt.fail(failure, {});
    else attempt.abandon({}, call.signal.aborted);
    throw failure;
  }
  const refusal = withheld(result.finishReason, attempt, run.route.policies.fallbackOn);
  if (refusal === undefined) return result;
  attempt.fail(refusal, { usage: result.usage });
  throw refusal;
}
