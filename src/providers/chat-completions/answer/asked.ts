import type { Wire } from '../../../util/json.ts';

/** Facts about a request that affect how its answer is read. */

/** Whether several answers were requested. If so, the first one counts; otherwise all choices belong to one answer. */
export function asksForSeveral({ n }: Wire): boolean {
  return typeof n === 'number' && n > 1;
}

/**
 * Whether the answer may contain images, which make it large: by `modalities`
 * (https://openrouter.ai/docs/features/multimodal/image-generation), or because the model generates them.
 */
export function asksForPictures({ modalities, model }: Wire): boolean {
  if (Array.isArray(modalities)) return modalities.includes('image');
  return typeof model === 'string' && /image|banana/i.test(model);
}
