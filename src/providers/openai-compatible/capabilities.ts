import type { Capabilities } from '../../types/capabilities.ts';
import type { Quirks } from '../chat-completions/quirks.ts';
import type { ImageWords } from '../openai-images.ts';

/** What a server can do, whatever the model. */
export function capabilitiesOf(
  { tools, imagesByURL, prefill, prefillEchoes }: Quirks,
  images: ImageWords | undefined,
): Capabilities {
  return {
    ...(images === undefined ? {} : { imageGeneration: 'prompt' }),
    ...(tools === false ? { tools } : {}),
    ...(imagesByURL === false ? { images: 'data' } : {}),
    urls: imagesByURL === false ? {} : { 'image/*': [/^https?:/] },
    ...(prefill === undefined ? {} : { prefill: prefillEchoes === true ? 'echo' : true }),
  };
}
