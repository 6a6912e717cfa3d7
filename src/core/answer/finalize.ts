import { OutputError } from '../../errors.ts';
import type { ChatResult } from '../../types/result/result.ts';
import type { Attempt } from '../attempt/attempt.ts';
import type { AttemptSlot } from '../failover/race.ts';
import { recoveryPart } from '../failover/recovery-part.ts';
import { extensionsPart } from '../parts/extensions-part.ts';
import type { RequestState } from '../request.ts';
import { noStations } from '../stations/stations.ts';
import type { Answer, ChatInput } from './answer.ts';
import { toResult } from './result.ts';
import type { Judged } from './review.ts';

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
  const { channel } = attempt;
  const isCounted = usage.inputTokens !== undefined && usage.outputTokens !== undefined;
  const { isWhole, prices } = request.env;
  if (!isWhole || !prices.isReady) await (isCounted ? attempt.pricing() : attempt.loading());
  const cost = attempt.price(answer);
  let judged: Judged;
  try {
    const provenance = { target: channel.target.id, cost };
    if (isUnseen(request, input)) judged = { result: toResult(request, answer, undefined, provenance) };
    else {
      const { parts, clock } = request.env;
      const { judge } = parts.get(recoveryPart) ?? (await parts.load(recoveryPart, clock, request.signal));
      const judging = judge(request, input, answer, provenance);
      judged = judging instanceof Promise ? await judging : judging;
    }
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

/** Whether nothing but its caller looks at an answer, which is the usual case. */
function isUnseen({ env, route, options }: RequestState, { schema, request }: ChatInput): boolean {
  const accept = route.policies.accept ?? options.accept;
  const isFree = (accept ?? schema ?? request.responseFormat?.schema) === undefined;
  return isFree && env.stations === noStations;
}
