import { ProviderError } from '../../errors.ts';
import type { ProviderImageCall } from '../../types/provider.ts';
import type { ImageInput } from '../../types/request/image.ts';
import { fromBase64, resolveData } from '../../util/data-content.ts';
import type { Wire } from '../../util/json.ts';

/**
 * The files of an image edit; a single file is not in a list
 * (https://platform.openai.com/docs/api-reference/images/createEdit).
 */
export function toEditFiles({ images = [], mask }: ProviderImageCall, provider: string): Wire {
  const files = images.map((image, index) => toFile(image, `image-${index}`, provider));
  return {
    image: files.length === 1 ? files[0] : files,
    ...(mask === undefined ? {} : { mask: toFile(mask, 'mask', provider) }),
  };
}

function toFile({ data, mediaType }: ImageInput, name: string, provider: string): File {
  const found = resolveData(data, mediaType, provider);
  if (found.kind !== 'base64') {
    const summary = 'it accepts images as data only';
    throw new ProviderError({ kind: 'bad-request', scope: 'deployment', provider, summary });
  }
  const { base64, mediaType: type = 'image/png' } = found;
  const bytes = data instanceof Uint8Array ? new Uint8Array(data) : fromBase64(base64);
  return new File([bytes], `${name}.${type.replace(/^image\//, '')}`, { type });
}
