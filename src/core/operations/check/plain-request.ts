import { RequestError } from '../../../errors.ts';
import type { EmbedRequest } from '../../../types/request/embed.ts';
import type { ImageRequest } from '../../../types/request/image.ts';
import type { DataContent, Message } from '../../../types/request/message.ts';
import { count, fields, is, listOf, optional, type Shape } from '../../../util/shape.ts';
import { requestBytes } from './bytes.ts';
import { dataContent, origin, providerOptions } from './message-shapes.ts';
import { checkFields, describe, finite, name } from './request-check.ts';

/** Requests other than chats. */

const matches = (expected: string, form: RegExp): Shape => is(expected, (value) => form.test(String(value)));
const image = fields({ data: dataContent, mediaType: optional(name) });

const embedShapes: Readonly<Record<keyof EmbedRequest, Shape>> = {
  values: listOf(name, 'text', 1),
  dimensions: count,
  providerOptions,
  origin,
};
const imageShapes: Readonly<Record<keyof ImageRequest, Shape>> = {
  prompt: name,
  n: count,
  size: matches("width and height, such as '1024x1024'", /^\d+x\d+$/),
  aspectRatio: matches("width to height, such as '16:9'", /^[\d.]+:[\d.]+$/),
  seed: finite,
  images: listOf(image, 'image', 1),
  mask: image,
  providerOptions,
  origin,
};

/** Checks a request for embeddings. Throws `RequestError`, which names the field. */
export function normalizeEmbedRequest(request: EmbedRequest): EmbedRequest {
  checkFields(request, embedShapes);
  need('values', request.values);
  return request;
}

/** Checks a request for images. Throws `RequestError`, which names the field. */
export function normalizeImageRequest(request: ImageRequest): ImageRequest {
  checkFields(request, imageShapes);
  const { prompt, images, mask } = request;
  if (images === undefined) need('prompt', prompt);
  if (mask !== undefined) need('images', images);
  return {
    ...request,
    ...(images && { images: images.map(onceEncoded) }),
    ...(mask && { mask: onceEncoded(mask) }),
  };
}

function onceEncoded<Image extends { readonly data: DataContent }>(given: Image): Image {
  return { ...given, data: requestBytes(given.data) };
}

function need(field: string, value: unknown): void {
  if (value === undefined) throw new RequestError(field, 'a value', describe(value));
}

/** Its images and prompt as the message that a model would get. */
export function messageOf({ prompt = '', images = [], mask }: ImageRequest): Message {
  const shown = mask === undefined ? images : [...images, mask];
  return {
    role: 'user',
    content: [
      { type: 'text', text: prompt },
      ...shown.map(({ data }) => ({ type: 'image', image: data }) as const),
    ],
  };
}
