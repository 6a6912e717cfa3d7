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
  { attempts, decision }: RequestState,
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
  return {
    ...answer,
    text,
    reasoning,
    toolCalls,
    object,
    cost,
    target,
    attempts,
    decision,
  };
}
