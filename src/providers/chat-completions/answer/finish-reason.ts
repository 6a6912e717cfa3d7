import type { Wire } from '../../../util/json.ts';
import { givenReason } from '../../shared/answer/finish-reason.ts';

/**
 * The finish reason of a choice, in `finish_reason` or `finishReason` (Gemini,
 * https://github.com/jakobdylanc/llmcord/issues/84).
 */
export function readFinishReason({ finish_reason, finishReason }: Wire): string | undefined {
  return givenReason(finish_reason) ?? givenReason(finishReason);
}
