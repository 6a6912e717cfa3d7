import type { ReasoningEffort } from '../../../types/request/request.ts';
import type { Warning } from '../../../types/result/result.ts';
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

/** Gemini 2.5 Pro cannot stop thinking (https://ai.google.dev/gemini-api/docs/thinking#set-budget). */
const leastOfPro = 128;
const alwaysThinks = 'this model always thinks; it is asked for the least';

/** Effort in Gemini's words. Thoughts are asked for, unless there are to be none. */
export function toThinkingConfig(
  model: string,
  effort: ReasoningEffort | undefined,
  warnings: Warning[],
): Wire | undefined {
  if (effort === undefined) return undefined;
  if (generationOf(model) < 3) {
    if (effort === 'none' && /gemini-2\.5-pro/.test(model)) {
      warnings.push({ type: 'changed', feature: 'reasoning', details: alwaysThinks });
      return { includeThoughts: false, thinkingBudget: leastOfPro };
    }
    return { includeThoughts: effort !== 'none', thinkingBudget: budgets[effort] };
  }
  if (effort === 'none') {
    warnings.push({ type: 'changed', feature: 'reasoning', details: alwaysThinks });
  }
  return { includeThoughts: effort !== 'none', thinkingLevel: levels[effort] };
}
