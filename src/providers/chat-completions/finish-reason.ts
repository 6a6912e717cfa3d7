import type { FinishReason } from '../../types/result/result.ts';

/** `finish_reason`, as OpenAI and those that speak its language say it. */
export function toFinishReason(wire: string, callsTools: boolean): FinishReason {
  switch (wire) {
    case 'stop':
      // Some servers say `stop` although the answer is tool calls.
      return callsTools ? 'tool-calls' : 'stop';
    case 'length':
      return 'length';
    case 'tool_calls':
    case 'function_call':
      return 'tool-calls';
    case 'content_filter':
      return 'content-filter';
    default:
      return 'other';
  }
}
