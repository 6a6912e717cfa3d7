import type { ReasoningEffort } from '../../../types/request/request.ts';
import type { Wire } from '../../../util/json.ts';
import { generationOf } from '../model.ts';

/**
 * Tokens to think with, for models before Gemini 3, by effort: the vendor's own scale, up to what it calls high
 * (https://ai.google.dev/gemini-api/docs/openai#thinking).
 */
const budgets: Readonly<Record<ReasoningEffort, number>> = {
  none: 0,
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
};

/** Levels, for models from Gemini 3 on (https://ai.google.dev/gemini-api/docs/thinking#thinking-levels). */
const levels: Readonly<Record<ReasoningEffort, string>> = {
  none: 'MINIMAL',
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'HIGH',
  max: 'HIGH',
};

/** Least budget of models that cannot stop thinking (https://ai.google.dev/gemini-api/docs/thinking#set-budget). */
export const leastBudgetOfPro = 128;

/**
 * Converts an effort that the model accepts. Thoughts are asked for, unless the caller wants none.
 *
 * @param wanted the effort that the caller asked for
 */
export function toThinkingConfig(
  model: string,
  effort: ReasoningEffort | undefined,
  wanted: ReasoningEffort | undefined,
): Wire | undefined {
  if (effort === undefined) return undefined;
  const includeThoughts = wanted !== 'none';
  if (generationOf(model) >= 3) return { includeThoughts, thinkingLevel: levels[effort] };
  const least = wanted === 'none' && effort !== 'none';
  return { includeThoughts, thinkingBudget: least ? leastBudgetOfPro : budgets[effort] };
}
