/**
 * The generation in a model's name as a number: 3.5 for `claude-3-5-sonnet-20241022`, 4.5 for `claude-haiku-4-5`.
 * A name that says none counts as the newest: what is new is what will be there longest.
 */
export function generationOf(model: string): number {
  const match = /claude-(?:[a-z]+-)?(\d+)(?:[-.](\d{1,2}))?(?!\d)/.exec(model);
  if (match === null) return Number.POSITIVE_INFINITY;
  return Number(`${match[1]}.${match[2] ?? 0}`);
}

/**
 * Whether a model takes `temperature`, `top_p` and `top_k`. Those after 4.6 refuse the request, and the SDK has dropped
 * the fields (https://platform.claude.com/docs/en/about-claude/models/migration-guide).
 */
export function takesSampling(model: string): boolean {
  return generationOf(model) <= 4.6;
}

/**
 * Whether it goes on with an assistant message at the end: until 4.5; later ones refuse the request
 * (https://platform.claude.com/docs/en/about-claude/models/whats-new-claude-4-6#prefill-removal).
 */
export function takesPrefill(model: string): boolean {
  return generationOf(model) < 4.6;
}

/** Whether it thinks as much as it finds right (`adaptive`) rather than within a budget: from 4.6 on. */
export function thinksAdaptively(model: string): boolean {
  return generationOf(model) >= 4.6;
}

/**
 * Whether it holds its answer to a JSON Schema by itself: from 4.1 on
 * (https://platform.claude.com/docs/en/build-with-claude/structured-outputs).
 */
export function takesSchema(model: string): boolean {
  return generationOf(model) >= 4.1;
}

/**
 * Whether it cannot be kept from thinking: some refuse `thinking: { type: 'disabled' }`
 * (https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking).
 */
export function alwaysThinks(model: string): boolean {
  return /claude-(fable|mythos|(sonnet|opus)-5-5)/.test(model);
}
