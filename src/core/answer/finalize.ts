import { OutputError } from '../../errors.ts';
import type { ChatResult } from '../../types/result/result.ts';
import type { Usage } from '../../types/result/usage.ts';
import type { Attempt } from '../attempt/attempt.ts';
import { tokensIn } from '../attempt/billing.ts';
import type { AttemptSlot } from '../failover/race.ts';
import { extensionsPart } from '../parts/extensions-part.ts';
import { loadRest } from '../parts/rest.ts';
import type { RequestState } from '../request.ts';
import type { Answer, ChatInput } from './answer.ts';
import { judge } from './judge.ts';
import type { Judged } from './review.ts';
import { writtenIn } from './text.ts';

/**
 * Records a complete answer and builds the caller's result. Throws `OutputError` if the answer is rejected,
 * and the slot's abort reason if another target's answer won just before.
 */
export async function finalize(
  request: RequestState,
  attempt: Attempt,
  slot: Pick<AttemptSlot, 'win' | 'signal'>,
  input: ChatInput,
  answer: Answer,
): Promise<ChatResult> {
  const { usage, response } = answer;
  const estimate = (): Usage => ({
    inputTokens: request.inputTokens,
    outputTokens: tokensIn(writtenIn(answer.content), request),
  });
  const { channel } = attempt;
  const isCounted = usage.inputTokens !== undefined && usage.outputTokens !== undefined;
  if (!isCounted && !request.env.isWhole) await loadRest(request.env, request.signal).catch(() => {});
  const { prices } = request.env;
  if (!prices.isReady) await prices.ready();
  const cost = attempt.price(answer, estimate);
  let judged: Judged;
  try {
    const judging = judge(request, input, answer, { target: channel.target.id, cost });
    judged = judging instanceof Promise ? await judging : judging;
  } catch (error) {
    attempt.succeed(usage, cost, response, 'output'); // it is paid for anyway
    throw error;
  }
  if ('issues' in judged) {
    const isWithheld = judged.by === 'guard';
    attempt.succeed(usage, cost, response, isWithheld ? 'guard' : 'output');
    const error = new OutputError(judged.by, judged.issues, request.attempts, judged.plugin);
    const extensions = isWithheld ? request.env.parts.get(extensionsPart) : undefined;
    throw extensions ? new extensions.WithheldAnswer(error, answer, channel.target.id) : error;
  }
  if (!slot.win()) {
    attempt.discard(usage, cost, response);
    throw slot.signal.reason;
  }
  attempt.succeed(usage, cost, response);
  // A mirrored request cannot be continued.
  const isKept = channel.provider.boundBy !== undefined && !request.shadow;
  if (isKept && response.id !== undefined) request.env.affinity.remember(response.id, channel);
  return judged.result;
}
