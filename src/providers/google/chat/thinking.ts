import type { ReasoningEffort } from '../../../types/request/request.ts';
import type { Wire } from '../../../util/json.ts';
import { generationOf } from '../model.ts';

/**
 * Thinking budgets in tokens by effort, for models before Gemini 3: the vendor's own scale
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

/** Thinking levels, for Gemini 3 and later (https://ai.google.dev/gemini-api/docs/thinking#thinking-levels). */
const levels: Readonly<Record<ReasoningEffort, string>> = {
  none: 'MINIMAL',
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'HIGH',
  max: 'HIGH',
};

/** Minimum budget of models that always think (https://ai.google.dev/gemini-api/docs/thinking#set-budget). */
export const leastBudgetOfPro = 128;

/**
 * Converts an effort that the model accepts. Requests the thoughts, unless the caller wants no reasoning.
 *
 * @param wanted the caller's effort
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
