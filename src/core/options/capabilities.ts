import { type Check, count, each, flag, is, recordOf, shape } from '../../util/option-check.ts';

/** `true`, `false`, or one of the words. */
function degree(...words: readonly string[]): Check {
  const all: readonly unknown[] = [true, false, ...words];
  const wanted = ['true', 'false', ...words.map((word) => `'${word}'`)];
  return is(`one of ${wanted.join(', ')}`, (value) => all.includes(value));
}

const patterns = is(
  'a list of regular expressions',
  (value) => Array.isArray(value) && value.every((pattern) => pattern instanceof RegExp),
);

/** Refuses anything but `undefined` and capabilities. */
export const checkCapabilities: Check = shape({
  ...each(['chat', 'embeddings', 'tools', 'jsonSchema', 'reasoning'], flag),
  images: degree('data'),
  imageGeneration: degree('prompt', 'images'),
  prefill: degree('echo'),
  files: is(
    'true, false or a list of media types, such as application/pdf',
    (value) =>
      typeof value === 'boolean' ||
      (Array.isArray(value) && value.every((type) => typeof type === 'string' && type.includes('/'))),
  ),
  urls: (path, value, refuse) =>
    recordOf((_, own, __, type) => patterns(`${path}['${type}']`, own ?? null, refuse))(path, value, refuse),
  ...each(['contextLength', 'maxOutputTokens'], count),
});
