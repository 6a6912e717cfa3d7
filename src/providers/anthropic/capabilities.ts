import type { Capabilities } from '../../types/options/capabilities.ts';
import { generationOf, takesPrefill } from './model.ts';

/** Beside images and text: https://platform.claude.com/docs/en/build-with-claude/files#file-types-and-content-blocks. */
const files = ['application/pdf', 'text/*'];

/** https://platform.claude.com/docs/en/build-with-claude/vision, https://platform.claude.com/docs/en/build-with-claude/pdf-support */
const urls = { 'image/*': [/^https?:/], 'application/pdf': [/^https?:/] };

/**
 * What is known of Claude models, by the generation in their names: tools and pictures from 3 on
 * (https://platform.claude.com/docs/en/about-claude/models/overview), JSON of a schema with the help of an instruction or by
 * itself, thinking from 3.7 on (https://platform.claude.com/docs/en/build-with-claude/extended-thinking). Of names that say
 * no generation only what every model would be asked for is said.
 */
export function capabilitiesOf(model: string): Capabilities {
  const always = { files, urls, prefill: takesPrefill(model) };
  const generation = generationOf(model);
  if (generation < 3 || generation === Number.POSITIVE_INFINITY) return always;
  const thinks = generation >= 3.7 ? { reasoning: true } : {};
  return { ...always, chat: true, tools: true, images: true, jsonSchema: true, ...thinks };
}
