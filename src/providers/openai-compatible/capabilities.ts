import type { Capabilities } from '../../types/options/capabilities.ts';
import type { ImageWords } from '../chat-completions/images.ts';
import type { Quirks } from '../chat-completions/quirks.ts';

/** The capabilities of a server, regardless of the model. */
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
