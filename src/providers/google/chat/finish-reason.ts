import type { FinishReason } from '../../../types/result/result.ts';

const withheld = new Set([
  'SAFETY',
  'RECITATION',
  'LANGUAGE',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
  'IMAGE_OTHER',
]);

/** `finishReason` (https://ai.google.dev/api/generate-content#FinishReason). Gemini says STOP for tool calls as well. */
export function toFinishReason(wire: string, callsTools: boolean): FinishReason {
  if (wire === 'STOP' || wire === 'FUNCTION_CALL') return callsTools ? 'tool-calls' : 'stop';
  if (wire === 'MAX_TOKENS') return 'length';
  return withheld.has(wire) ? 'content-filter' : 'other';
}

/** Ends by which the model says that it made a mistake: there is no answer, and the next try may well give one. */
export const mishaps: readonly string[] = [
  'MALFORMED_FUNCTION_CALL',
  'MALFORMED_RESPONSE',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'NO_IMAGE',
];
