import type { Capabilities } from '../../types/options/capabilities.ts';
import { generationOf, takesPrefill } from './model.ts';

/**
 * Supported in addition to images and text:
 * https://platform.claude.com/docs/en/build-with-claude/files#file-types-and-content-blocks.
 */
const files = ['application/pdf', 'text/*'];

/** https://platform.claude.com/docs/en/build-with-claude/vision, https://platform.claude.com/docs/en/build-with-claude/pdf-support */
const urls = { 'image/*': [/^https?:/], 'application/pdf': [/^https?:/] };

/**
 * Known capabilities of Claude models, by the generation in their names: tools and images from 3
 * (https://platform.claude.com/docs/en/about-claude/models/overview), JSON by schema, natively or through an
 * instruction, and thinking from 3.7
 * (https://platform.claude.com/docs/en/build-with-claude/extended-thinking). Names without a generation get
 * only the capabilities that hold for every model.
 */
export function capabilitiesOf(model: string): Capabilities {
  const always = { files, urls, prefill: takesPrefill(model) };
  const generation = generationOf(model);
  if (generation < 3 || generation === Number.POSITIVE_INFINITY) return always;
  const thinks = generation >= 3.7 ? { reasoning: true } : {};
  return { ...always, chat: true, tools: true, images: true, jsonSchema: true, ...thinks };
}
