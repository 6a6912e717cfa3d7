import type { Wire } from '../../../util/json.ts';
import { givenReason } from '../../shared/answer/finish-reason.ts';

/**
 * What a choice says of its end, in `finish_reason`, or in `finishReason` (Gemini,
 * https://github.com/jakobdylanc/llmcord/issues/84).
 */
export function readFinishReason({ finish_reason, finishReason }: Wire): string | undefined {
  return givenReason(finish_reason) ?? givenReason(finishReason);
}
