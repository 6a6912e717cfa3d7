import type { ResolvedChatRequest } from '../../../types/provider.ts';

/** Whether a specific tool or any tool has to be called. */
export function forcesTool({ toolChoice }: ResolvedChatRequest): boolean {
  return toolChoice === 'required' || typeof toolChoice === 'object';
}

/** Whether the request asks for reasoning. */
export function asksToReason({ reasoning }: ResolvedChatRequest): boolean {
  return reasoning !== undefined && reasoning !== 'none';
}

/** Whether the request has tools that the application runs. */
export function hasFunctions({ tools }: ResolvedChatRequest): boolean {
  return tools?.some(({ type }) => type === 'function') === true;
}

/** Whether the last message is the beginning of the answer (a prefill). */
export function beginsAnswer({ messages }: ResolvedChatRequest): boolean {
  return messages.at(-1)?.role === 'assistant';
}
