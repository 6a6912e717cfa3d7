import { type Json, objectsIn, type Piece, type Place, placesIn } from './bytes.ts';

/** Fields whose values are an application's, and in which nothing is unknown. */
const opaque = new Set([
  'arguments',
  'input',
  'args',
  'structValue',
  'listValue',
  'response',
  'extra_content',
]);

/** Fields that hold content, in any vendor's words. */
const contentFields = new Set([
  'content',
  'text',
  'delta',
  'message',
  'name',
  'arguments',
  'input',
  'partial_json',
  'args',
  'partialArgs',
  'stringValue',
  'numberValue',
  'boolValue',
  'nullValue',
  'structValue',
  'listValue',
  'output_text',
  'documentName',
  'sourceUri',
  'functionCall',
  'function',
  'function_call',
  'tool_calls',
  'custom',
  'thinking',
  'reasoning',
  'reasoning_content',
  'reasoning_text',
  'reasoning_details',
  'summary',
  'refusal',
  'parts',
  'thought',
  'data',
  'inlineData',
  'images',
  'image_url',
  'url',
  'uri',
  'title',
  'annotations',
  'citations',
  'search_results',
  'error',
  'errors',
  'output',
  'item',
  'content_block',
]);

/** One of a list by a number that may be any. */
function pick<T>(list: readonly T[], choice: number): T | undefined {
  return list[choice % Math.max(1, list.length)];
}

function clone(pieces: readonly Piece[]): Piece[] {
  return pieces.map((piece) => ({ ...piece, json: structuredClone(piece.json) }));
}

/** The same with other line ends, and with what a parser of events has to skip. */
export function reframed(text: string, lineEnd: string, comment: string, at: readonly number[]): string {
  const events = text.split(/(?<=\n\n)/);
  for (const place of at) events.splice(place % (events.length + 1), 0, `${comment}\n\n`);
  return events.join('').replaceAll('\n', lineEnd);
}

/** The same with fields in another order, and with unknown ones. */
export function withNoise(
  pieces: readonly Piece[],
  choices: readonly number[],
  value: Json,
): readonly Piece[] {
  const noisy = clone(pieces);
  for (const [nth, choice] of choices.entries()) {
    const objects = noisy.flatMap(({ json }) => objectsIn(json, opaque));
    const object = pick(objects, choice);
    if (object === undefined) continue;
    if (nth % 2 === 0) object[`x_unknown_${nth}`] = structuredClone(value);
    else reorder(object, choice);
  }
  return noisy;
}

function reorder(object: { [name: string]: Json }, choice: number): void {
  const entries = Object.entries(object);
  const first = choice % Math.max(1, entries.length);
  for (const [name] of entries) delete object[name];
  for (const [name, value] of [...entries.slice(first), ...entries.slice(0, first)].reverse())
    object[name] = value;
}

/** The same without one field that holds no content, or with nothing in it. */
export function withLoss(
  pieces: readonly Piece[],
  choice: number,
  how: 'dropped' | 'null' | 'empty',
): readonly Piece[] {
  const lossy = clone(pieces);
  const places = lossy.flatMap(({ json }) => placesIn(json)).filter(holdsNoContent);
  const place = pick(places, choice);
  if (place === undefined) return lossy;
  const holder = place.holder as { [name: string]: Json };
  if (how === 'dropped') delete holder[place.name];
  else holder[place.name] = how === 'null' ? null : emptied(holder[place.name]);
  return lossy;
}

function holdsNoContent({ holder, name, path }: Place): boolean {
  if (Array.isArray(holder) || contentFields.has(name)) return false;
  if (path.some((outer) => opaque.has(outer))) return false;
  return placesIn(holder[name]).every((inner) => !contentFields.has(inner.name));
}

function emptied(value: Json | undefined): Json {
  if (typeof value === 'string') return '';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? [] : {};
  return null;
}

/** The same with anything in place of a value. */
export function withJunk(pieces: readonly Piece[], choices: readonly number[], junk: Json): readonly Piece[] {
  const broken = clone(pieces);
  for (const choice of choices) {
    const place = pick(
      broken.flatMap(({ json }) => placesIn(json)),
      choice,
    );
    if (place === undefined) continue;
    if (Array.isArray(place.holder)) place.holder[Number(place.name)] = structuredClone(junk);
    else place.holder[place.name] = structuredClone(junk);
  }
  return broken;
}
