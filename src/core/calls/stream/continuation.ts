import { estimateTokens } from '../../../pricing/estimate.ts';
import type { ContentPart } from '../../../types/request/message.ts';
import type { ChatInput } from '../../answer/answer.ts';
import type { Target } from '../../targets/target.ts';
import type { Accumulator } from './accumulate.ts';

/** An answer that broke off, as a question to which the rest of it is the answer. */
export interface Continuation {
  readonly asked: ChatInput;
  /** What the reader has. */
  readonly before: string;
  /** What the target is told has been said: `before` without the white space at its end, which some vendors refuse. */
  readonly prefill: string;
  /** Of the text block that broke off. */
  readonly id: string | undefined;
}

/**
 * What another target can go on from; `undefined` where that is not safe. Only plain text can be continued: a call of a tool or
 * JSON of a shape could be torn, thoughts cannot be handed over, and an answer to a request with tools might have become a call.
 */
export function continuationOf(
  { request, ...asked }: ChatInput,
  collected: Accumulator,
): Continuation | undefined {
  // Whoever goes on has another request than the one that came in.
  const { origin: _, ...asItStands } = request;
  const { messages, tools = [], responseFormat, reasoning, maxOutputTokens } = request;
  if (tools.length > 0 || responseFormat !== undefined || (reasoning !== undefined && reasoning !== 'none'))
    return undefined;
  if (messages.at(-1)?.role === 'assistant' || !collected.content().every(isText)) return undefined;
  const before = collected.text();
  const prefill = before.trimEnd();
  if (prefill === '') return undefined;
  const left = maxOutputTokens === undefined ? undefined : maxOutputTokens - estimateTokens(before);
  if (left !== undefined && left < 1) return undefined;
  return {
    asked: {
      ...asked,
      request: {
        ...asItStands,
        messages: [...messages, { role: 'assistant', content: prefill }],
        ...(left === undefined ? {} : { maxOutputTokens: left }),
      },
    },
    before,
    prefill,
    id: collected.textId(),
  };
}

function isText({ type }: ContentPart): boolean {
  return type === 'text';
}

export function continues({ capabilities }: Target): boolean {
  return capabilities.prefill === true || capabilities.prefill === 'echo';
}

/** Takes away from a continuation, piece by piece, what the reader has already. */
export interface Splice {
  /** What is new in the next piece. */
  push(text: string): string;
  /** What was held back when the text is over. */
  end(): string;
}

/**
 * @param echoes whether the target repeats what it was told has been said: it is left out where it comes back word for word,
 * and if it does not, nothing is
 */
export function splice({ before, prefill }: Continuation, echoes: boolean): Splice {
  let echo = echoes ? prefill : '';
  let held = '';
  // White space at the break that the target was not told of, which it will most likely say again.
  let space = before.slice(prefill.length);

  const afterEcho = (text: string): string => {
    let repeated = 0;
    while (repeated < text.length && repeated < space.length && text[repeated] === space[repeated])
      repeated += 1;
    space = repeated < text.length ? '' : space.slice(repeated);
    return text.slice(repeated);
  };
  const release = (): string => {
    const text = held;
    echo = '';
    held = '';
    return afterEcho(text);
  };

  return {
    push(text) {
      if (echo === '') return afterEcho(text);
      held += text;
      if (held.length < echo.length && echo.startsWith(held)) return '';
      if (held.startsWith(echo)) held = held.slice(echo.length);
      return release();
    },
    end: release,
  };
}
