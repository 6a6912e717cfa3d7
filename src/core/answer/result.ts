import type { ToolCallPart } from '../../types/request/message.ts';
import type { ChatResult } from '../../types/result/result.ts';
import type { Cost } from '../../types/result/usage.ts';
import type { RequestState } from '../request.ts';
import type { Answer } from './answer.ts';

/** The fields of a result besides the answer. */
export interface Provenance {
  readonly target: string;
  readonly cost: Cost | undefined;
}

/** The caller's result. */
export function toResult(
  request: RequestState,
  { given: _, isStreamed: _streamed, ...answer }: Answer,
  object: unknown,
  { target, cost }: Provenance,
): ChatResult {
  let text = '';
  let reasoning: string | undefined;
  const toolCalls: ToolCallPart[] = [];
  for (const part of answer.content) {
    if (part.type === 'text') text += part.text;
    else if (part.type === 'reasoning') reasoning = (reasoning ?? '') + part.text;
    else if (part.type === 'tool-call' && part.providerExecuted !== true) toolCalls.push(part);
  }
  const { attempts } = request;
  const late = request.isUnexplained;
  const decision = late ? undefined : request.decision;
  const result = { ...answer, text, reasoning, toolCalls, object, cost, target, attempts, decision };
  if (late)
    Object.defineProperty(result, 'decision', {
      get: () => request.decision,
      enumerable: true,
      configurable: true,
    });
  return result;
}
