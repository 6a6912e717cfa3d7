import type { Wire } from '../../../util/json.ts';

/** What a request asks for, as far as the reading of its answer depends on it. */

/** Several answers: then the first one is the answer. Else all choices belong to one answer. */
export function asksForSeveral({ n }: Wire): boolean {
  return typeof n === 'number' && n > 1;
}

/**
 * Pictures, which make an answer large: by `modalities` (https://openrouter.ai/docs/features/multimodal/image-generation), or by a
 * model that makes them.
 */
export function asksForPictures({ modalities, model }: Wire): boolean {
  if (Array.isArray(modalities)) return modalities.includes('image');
  return typeof model === 'string' && /image|banana/i.test(model);
}
