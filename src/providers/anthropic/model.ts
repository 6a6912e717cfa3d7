/**
 * The generation in a model's name as a number: 3.5 for `claude-3-5-sonnet-20241022`, 4.5 for
 * `claude-haiku-4-5`. A name without a generation counts as the newest.
 */
export function generationOf(model: string): number {
  const match = /claude-(?:[a-z]+-)?(\d+)(?:[-.](\d{1,2}))?(?!\d)/.exec(model);
  if (match === null) return Number.POSITIVE_INFINITY;
  return Number(`${match[1]}.${match[2] ?? 0}`);
}

/**
 * Whether a model accepts `temperature`, `top_p` and `top_k`. Models after 4.6 reject the request, and the
 * SDK has dropped the fields (https://platform.claude.com/docs/en/about-claude/models/migration-guide).
 */
export function takesSampling(model: string): boolean {
  return generationOf(model) <= 4.6;
}

/**
 * Whether a model continues a final assistant message (prefill): up to 4.5; later models reject the request
 * (https://platform.claude.com/docs/en/about-claude/models/whats-new-claude-4-6#prefill-removal).
 */
export function takesPrefill(model: string): boolean {
  return generationOf(model) < 4.6;
}

/** Whether a model decides how much to think (`adaptive`) instead of using a budget: from 4.6. */
export function thinksAdaptively(model: string): boolean {
  return generationOf(model) >= 4.6;
}

/**
 * Whether a model supports JSON Schema natively: from 4.1
 * (https://platform.claude.com/docs/en/build-with-claude/structured-outputs).
 */
export function takesSchema(model: string): boolean {
  return generationOf(model) >= 4.1;
}

/**
 * Whether thinking cannot be disabled: some models reject `thinking: { type: 'disabled' }`
 * (https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking).
 */
export function alwaysThinks(model: string): boolean {
  return /claude-(fable|mythos|(sonnet|opus)-5-5)/.test(model);
}

/**
 * Smallest thinking budget the API accepts, in tokens
 * (https://platform.claude.com/docs/en/build-with-claude/extended-thinking).
 */
export const minBudget = 1024;
