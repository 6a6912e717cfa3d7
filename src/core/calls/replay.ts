import { zeroCost } from '../../pricing/cost.ts';
import type { AnyResult, LiveAnswer, LookupHit } from '../../types/plugin.ts';
import type { ResolvedChatRequest } from '../../types/provider.ts';
import type { ChatResult } from '../../types/result/result.ts';
import type { Cost } from '../../types/result/usage.ts';
import { orAbort } from '../../util/time/abort.ts';
import type { Answer, ChatInput } from '../answer/answer.ts';
import { judge } from '../answer/judge.ts';
import type { RequestState } from '../request.ts';
import { isThenable } from '../stations/wait.ts';

/** What an answer that was found costs. */
export const free: Cost = { ...zeroCost, source: 'lookup', estimated: false };

/** A result of embeddings or images, as one of this request. */
export async function replayWhole<Result extends AnyResult>(
  request: RequestState,
  { answer }: LookupHit,
): Promise<Result | undefined> {
  const found = isLive(answer) ? undefined : await settled(request, answer);
  if (found === undefined) return undefined;
  const { attempts, decision } = request;
  return { ...(found as Result), cost: free, attempts, decision };
}

/** A complete answer to a chat; `undefined` where it will not do. */
export async function replayChat(
  request: RequestState,
  { answer }: LookupHit,
): Promise<ChatResult | undefined> {
  const found = await settled(request, isLive(answer) ? answer.result : answer);
  return found === undefined ? undefined : judgeFound(request, found as ChatResult);
}

/** A found answer, if it passes what an answer from a target would have to pass. */
export async function judgeFound(request: RequestState, found: ChatResult): Promise<ChatResult | undefined> {
  const { target } = found;
  const verdict = await judge(request, inputOf(request), answerOf(found), { target, cost: free });
  return 'result' in verdict ? verdict.result : undefined;
}

export function answerOf(found: ChatResult): Answer {
  const { content, finishReason, usage, response, warnings, providerMetadata } = found;
  return { content, finishReason, usage, response, warnings, providerMetadata, raw: undefined };
}

/** Only chats and streams are judged by what they asked for. */
export function inputOf({ request, schema }: RequestState): ChatInput {
  return { request: request as ResolvedChatRequest, schema };
}

export function isLive(answer: LookupHit['answer']): answer is LiveAnswer {
  return Symbol.asyncIterator in answer;
}

/** What has been found, as soon as it is there; `undefined` where it comes to nothing. Rejects only when the request ends. */
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
