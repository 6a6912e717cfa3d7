import { checkNumber, checkObject, checkType, type Refuse, show } from '../../util/option-check.ts';

const abilities = ['chat', 'embeddings', 'tools', 'jsonSchema', 'reasoning'];
/** What can be said beside `true` and `false`. */
const degreesOf: Readonly<Record<string, readonly string[]>> = {
  images: ['data'],
  imageGeneration: ['prompt', 'images'],
  prefill: ['echo'],
};
const sizes = ['contextLength', 'maxOutputTokens'];

/** Refuses anything but `undefined` and capabilities. */
export function checkCapabilities(path: string, value: unknown, refuse: Refuse): void {
  if (value === undefined) return;
  const capabilities = checkObject(
    path,
    value,
    [...abilities, ...Object.keys(degreesOf), 'files', 'urls', ...sizes],
    refuse,
  );
  for (const ability of abilities) checkType(`${path}.${ability}`, capabilities[ability], 'boolean', refuse);
  for (const [ability, degrees] of Object.entries(degreesOf)) {
    const able = capabilities[ability];
    if (able === undefined || typeof able === 'boolean' || degrees.some((degree) => degree === able))
      continue;
    const wanted = ['true', 'false', ...degrees.map((degree) => `'${degree}'`)];
    refuse(`${path}.${ability}`, `one of ${wanted.join(', ')}`, show(able));
  }
  for (const size of sizes)
    checkNumber(`${path}.${size}`, capabilities[size], refuse, { least: 1, whole: true });
  const { files } = capabilities;
  const types = Array.isArray(files) && files.every((type) => typeof type === 'string' && type.includes('/'));
  if (files !== undefined && typeof files !== 'boolean' && !types) {
    refuse(`${path}.files`, 'true, false or a list of media types, such as application/pdf', show(files));
  }
  const { urls = {} } = capabilities;
  if (typeof urls !== 'object' || urls === null) refuse(`${path}.urls`, 'an object', show(urls));
  for (const [type, patterns] of Object.entries(urls)) {
    if (Array.isArray(patterns) && patterns.every((pattern) => pattern instanceof RegExp)) continue;
    refuse(`${path}.urls['${type}']`, 'a list of regular expressions', show(patterns));
  }
}
