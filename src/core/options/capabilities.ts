import { count, each, flag, is, only, recordOf, type Shape } from '../../util/shape.ts';

/** `true`, `false`, or one of the words. */
function degree(...words: readonly string[]): Shape {
  const all: readonly unknown[] = [true, false, ...words];
  const wanted = ['true', 'false', ...words.map((word) => `'${word}'`)];
  return is(`one of ${wanted.join(', ')}`, (value) => all.includes(value));
}

const patterns = is(
  'a list of regular expressions',
  (value) => Array.isArray(value) && value.every((pattern) => pattern instanceof RegExp),
);

/** The capabilities of a target. */
export const capabilities: Shape = /* @__PURE__ */ only({
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
  urls: recordOf(patterns),
  ...each(['contextLength', 'maxOutputTokens'], count),
});
