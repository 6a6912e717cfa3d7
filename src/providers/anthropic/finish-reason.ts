import type { FinishReason } from '../../types/result/result.ts';

/** `stop_reason` (https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons). */
export function toFinishReason(stopReason: string): FinishReason {
  switch (stopReason) {
    case 'end_turn':
    case 'stop_sequence':
      return 'stop';
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length';
    case 'tool_use':
      return 'tool-calls';
    case 'refusal':
      return 'content-filter';
    default:
      return 'other';
  }
}
