import type { ImageInput } from '../../../types/request/image.ts';
import { invalid } from '../errors.ts';
import type { Context } from '../shared/context.ts';
import { validate } from '../validate.ts';
import { imageBody, makeImages } from './generations.ts';

/** `POST /images/edits`, a form with files (https://platform.openai.com/docs/api-reference/images/createEdit). */
export async function imageEdits(form: FormData, context: Context): Promise<Response> {
  const body = validate(imageBody, fieldsOf(form));
  const images = await Promise.all(['image', 'image[]'].flatMap((name) => form.getAll(name)).map(toImage));
  if (images.length === 0) throw invalid('image', 'expected a file, or several');
  const mask = form.get('mask');
  return makeImages(body, { images, ...(mask === null ? {} : { mask: await toImage(mask) }) }, context);
}

async function toImage(value: File | string): Promise<ImageInput> {
  if (typeof value === 'string') throw invalid('image', 'expected a file');
  const data = new Uint8Array(await value.arrayBuffer());
  // Clients that do not know the type send the general one; then the first bytes decide.
  return value.type.startsWith('image/') ? { data, mediaType: value.type } : { data };
}

/** Fields of the form that are numbers in JSON. */
const numeric = /^(n|output_compression|partial_images|signalbox\[(maxCost|timeout)\].*)$/;

/** The text fields as they would be in JSON. Nested ones have a path in their name, as SDKs write it: `signalbox[session]`, `list[]`. */
function fieldsOf(form: FormData): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of form) {
    if (typeof value !== 'string') continue;
    const path = [...name.matchAll(/^[^[\]]+|\[([^[\]]*)\]/g)].map(([key, inner]) => inner ?? key);
    put(fields, path, numeric.test(name) ? Number(value) : readText(value));
  }
  return fields;
}

function readText(value: string): string | boolean {
  return value === 'true' || value === 'false' ? value === 'true' : value;
}

function put(fields: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  // Names come from the network, so the prototype is left alone.
  const had = Object.hasOwn(fields, key) ? fields[key] : undefined;
  let to = value;
  if (rest.length === 1 && rest[0] === '') {
    to = [...(Array.isArray(had) ? had : []), value];
  } else if (rest.length > 0) {
    const inner = typeof had === 'object' && had !== null ? (had as Record<string, unknown>) : {};
    put(inner, rest, value);
    to = inner;
  }
  Object.defineProperty(fields, key, { value: to, enumerable: true, configurable: true, writable: true });
}
