import type { Capabilities } from '../../types/options/capabilities.ts';

const link = [/^https?:/];

/** Chat Completions accepts URLs only for images (https://platform.openai.com/docs/guides/images-vision). */
export function capabilitiesInChat(model: string): Capabilities {
  return capabilitiesOf(model, { 'image/*': link });
}

/** Responses also accepts URLs for files (https://platform.openai.com/docs/guides/pdf-files). */
export function capabilitiesInResponses(model: string): Capabilities {
  return capabilitiesOf(model, { 'image/*': link, 'application/pdf': link });
}

/**
 * Capabilities known from a model's name, in either API. For image models:
 * https://developers.openai.com/api/docs/guides/image-generation.
 */
export function capabilitiesOf(model: string, urls?: Capabilities['urls']): Capabilities {
  if (/^text-embedding-/.test(model)) return { embeddings: true, imageGeneration: false };
  if (/^(chat)?gpt-image-/.test(model)) return { chat: false, imageGeneration: true, images: 'data' };
  if (/^dall-e-3/.test(model)) return { chat: false, imageGeneration: 'prompt' };
  return { ...abilitiesOf(model), ...(urls === undefined ? {} : { urls }) };
}

/**
 * Capabilities of OpenAI's models by name: the general models since GPT-4o, whose pages list tools, images and structured outputs
 * (https://developers.openai.com/api/docs/models), and the reasoning models among them
 * (https://developers.openai.com/api/docs/guides/reasoning). Specialized models (audio, codex, pro, search …) are left unknown.
 */
function abilitiesOf(model: string): Capabilities {
  const general = { chat: true, tools: true, images: true, jsonSchema: true, imageGeneration: false };
  if (/^gpt-4(o|\.1)(-mini|-nano)?(-\d{4}-\d{2}-\d{2})?$/.test(model)) return general;
  if (/^(o1|o3|o4-mini)(-\d{4}-\d{2}-\d{2})?$/.test(model)) return { ...general, reasoning: true };
  const tier = '(-mini|-nano|-luna|-terra|-sol)?(-\\d{4}-\\d{2}-\\d{2})?';
  return new RegExp(`^gpt-[56](\\.\\d)?${tier}$`).test(model) ? { ...general, reasoning: true } : {};
}
