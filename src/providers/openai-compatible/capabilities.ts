import type { Capabilities } from '../../types/options/capabilities.ts';
import type { ImageWords } from '../chat-completions/images.ts';
import type { Quirks } from '../chat-completions/quirks.ts';

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
