import type { Capabilities } from '../../types/options/capabilities.ts';
import { generationOf, isImagen } from './model.ts';

/** Pro, Flash and Flash-Lite, with the numbers or dates of their versions: not those for speech, pictures or live talk. */
const general = /^gemini-\d+(\.\d+)?-(pro|flash|flash-lite)(-\d+|-latest|-preview(-\d+)*)?$/;

/**
 * Its own store of files, and films on YouTube (https://ai.google.dev/gemini-api/docs/files,
 * https://ai.google.dev/gemini-api/docs/video-understanding).
 */
const own = {
  '*': [
    /^https:\/\/generativelanguage\.googleapis\.com\/v1(beta)?\/files\//,
    /^https:\/\/(www\.)?youtube\.com\/watch\?v=/,
    /^https:\/\/youtu\.be\//,
  ],
};

/** Kinds of files that it fetches from wherever they are (https://ai.google.dev/gemini-api/docs/file-input-methods). */
const fetched = [
  ...['html', 'css', 'plain', 'xml', 'csv', 'rtf', 'javascript'].map((kind) => `text/${kind}`),
  ...['json', 'pdf'].map((kind) => `application/${kind}`),
  ...['bmp', 'jpeg', 'png', 'webp'].map((kind) => `image/${kind}`),
  ...['mp4', 'mpeg', 'quicktime', 'avi', 'x-flv', 'mpg', 'webm', 'wmv', '3gpp'].map(
    (kind) => `video/${kind}`,
  ),
];
const anywhere = { ...own, ...Object.fromEntries(fetched.map((type) => [type, [/^https:/]])) };

/**
 * What is known of Gemini models, by their names: tools and pictures from 1.5 on
 * (https://ai.google.dev/gemini-api/docs/models), JSON of a schema and thinking from 2.5 on
 * (https://ai.google.dev/gemini-api/docs/structured-output, https://ai.google.dev/gemini-api/docs/thinking). Pictures
 * are made by some that say so in their name, and by Imagen.
 *
 * @param imagen whether the client may have it
 */
export function capabilitiesOf(model: string, imagen = false): Capabilities {
  if (/^gemini-embedding-/.test(model)) return { embeddings: true, imageGeneration: false };
  if (isImagen(model)) return { chat: false, imageGeneration: imagen ? 'prompt' : false };
  // All of Gemini but its generation 2.0.
  const urls = /^gemini-(?!2\.0)/.test(model) ? anywhere : own;
  if (/^gemini-.+-image\b|nano-banana/.test(model)) return { urls, imageGeneration: 'images' };
  if (!general.test(model) || generationOf(model) < 1.5) return { urls };
  const newer = generationOf(model) >= 2.5 ? { jsonSchema: true, reasoning: true } : {};
  return { chat: true, tools: true, images: true, imageGeneration: false, urls, ...newer };
}
