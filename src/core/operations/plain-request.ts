import { RequestError } from '../../errors.ts';
import type { EmbedRequest } from '../../types/request/embed.ts';
import type { ImageRequest } from '../../types/request/image.ts';
import type { Message } from '../../types/request/message.ts';
import { describe } from './chat-request.ts';

/** Requests that are no conversation. */

/** What a field has to be, in words, and how it is told. */
type Rule = readonly [wanted: string, is: (value: unknown) => boolean];

const isText: Rule[1] = (value) => typeof value === 'string' && value !== '';
const isImage: Rule[1] = (value) => {
  const { data } = (value ?? {}) as { readonly data?: unknown };
  return isText(data) || (typeof data === 'object' && data !== null);
};
const isList: Rule[1] = (value) => Array.isArray(value) && value.length > 0;
const isPair =
  (form: RegExp): Rule[1] =>
  (value) =>
    form.test(String(value));

const count: Rule = [
  'a whole number of at least 1',
  (value) => Number.isInteger(value) && (value as number) > 0,
];
const anything: Rule = ['', () => true];
const embedRules = {
  values: ['a list of at least one text', isList],
  dimensions: count,
  providerOptions: anything,
} satisfies Record<string, Rule>;
const imageRules = {
  prompt: ['a text', isText],
  n: count,
  size: ["width and height, such as '1024x1024'", isPair(/^\d+x\d+$/)],
  aspectRatio: ["width to height, such as '16:9'", isPair(/^[\d.]+:[\d.]+$/)],
  seed: ['a finite number', Number.isFinite],
  images: ['a list of at least one image', isList],
  mask: ['an image with its `data`', isImage],
  providerOptions: anything,
  origin: anything,
} satisfies Record<string, Rule>;

/** Checks a request for embeddings. Throws `RequestError`, which names the field. */
export function checkEmbedRequest(input: object): EmbedRequest {
  const request = input as EmbedRequest;
  checkFields(request, embedRules);
  check('values', request.values, embedRules.values);
  for (const [index, value] of request.values.entries()) check(`values[${index}]`, value, imageRules.prompt);
  return request;
}

/** Checks a request for images. Throws `RequestError`, which names the field. */
export function checkImageRequest(input: object): ImageRequest {
  const request = input as ImageRequest;
  checkFields(request, imageRules);
  const { prompt, images, mask } = request;
  if (images === undefined) check('prompt', prompt, imageRules.prompt);
  if (mask !== undefined) check('images', images, imageRules.images);
  for (const [index, value] of images?.entries() ?? []) check(`images[${index}]`, value, imageRules.mask);
  return request;
}

function checkFields(request: object, rules: Readonly<Record<string, Rule>>): void {
  check('request', request, ['an object', (value) => typeof value === 'object' && value !== null]);
  for (const [field, value] of Object.entries(request)) {
    const rule = rules[field];
    if (rule === undefined) {
      const known = Object.keys(rules).join(', ');
      throw new RequestError(field, `a field of a request (${known})`, 'an unknown one');
    }
    if (value !== undefined) check(field, value, rule);
  }
}

function check(field: string, value: unknown, [wanted, is]: Rule): void {
  if (!is(value)) throw new RequestError(field, wanted, value === '' ? 'an empty one' : describe(value));
}

/** What it shows and says, as the message that a model would get. */
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
