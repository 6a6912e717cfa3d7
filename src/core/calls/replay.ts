import { zeroCost } from '../../pricing/cost.ts';
import type { AnyResult, LiveAnswer, LookupHit } from '../../types/plugin.ts';
import type { ResolvedChatRequest } from '../../types/provider.ts';
import type { ChatResult } from '../../types/result/result.ts';
import type { Cost } from '../../types/result/usage.ts';
import { orAbort } from '../../util/time/abort.ts';
import { isThenable } from '../../util/time/thenable.ts';
import type { Answer, ChatInput } from '../answer/answer.ts';
import { judge } from '../answer/judge.ts';
import type { RequestState } from '../request.ts';

/** The cost of an answer from a lookup. */
export const free: Cost = { ...zeroCost, source: 'lookup', estimated: false };

/** A found result of embeddings or images, as the result of this request. */
export async function replayWhole<Result extends AnyResult>(
  request: RequestState,
  { answer }: LookupHit,
): Promise<Result | undefined> {
  const found = isLive(answer) ? undefined : await settled(request, answer);
  if (found === undefined) return undefined;
  noteSaved(request, found);
  const { attempts, decision } = request;
  return { ...(found as Result), cost: free, attempts, decision };
}

/** A complete answer to a chat; `undefined` if it is not usable. */
export async function replayChat(
  request: RequestState,
  { answer }: LookupHit,
): Promise<ChatResult | undefined> {
  const found = await settled(request, isLive(answer) ? answer.result : answer);
  return found === undefined ? undefined : judgeFound(request, found as ChatResult);
}

/** Fills in what a found answer saved, if its plugin does not say so. */
export function noteSaved(request: RequestState, { cost }: Pick<AnyResult, 'cost'>): void {
  const { lookup } = request;
  if (cost === undefined || lookup === undefined || lookup.savedCost !== undefined) return;
  request.lookup = { ...lookup, savedCost: cost.total };
  if (request.decision !== undefined) request.decision = { ...request.decision, lookup: request.lookup };
}

/** A found answer, if it passes the checks for an answer from a target. */
export async function judgeFound(request: RequestState, found: ChatResult): Promise<ChatResult | undefined> {
  const { target } = found;
  noteSaved(request, found);
  const verdict = await judge(request, inputOf(request), answerOf(found), { target, cost: free });
  return 'result' in verdict ? verdict.result : undefined;
}

export function answerOf(found: ChatResult): Answer {
  const { content, finishReason, usage, response, warnings, providerMetadata } = found;
  return { content, finishReason, usage, response, warnings, providerMetadata, raw: undefined };
}

/** The input that chats and streams are validated against. */
export function inputOf({ request, schema }: RequestState): ChatInput {
  return { request: request as ResolvedChatRequest, schema };
}

export function isLive(answer: LookupHit['answer']): answer is LiveAnswer {
  return Symbol.asyncIterator in answer;
}

/** A found answer once it is available; `undefined` if it fails. Rejects only when the request ends. */
export async function settled<T>(
  { signal }: RequestState,
  answer: T | PromiseLike<T | undefined>,
): Promise<T | undefined> {
  if (!isThenable(answer)) return answer;
  try {
    return await orAbort(Promise.resolve(answer), signal);
  } catch {
    if (signal.aborted) throw signal.reason;
    return undefined;
  }
}
