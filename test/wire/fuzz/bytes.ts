import type { WireBytes } from '../entry.ts';

/** Values of JSON that can be changed. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** A piece of an answer: JSON with what stands around it, or bytes as they are. */
export interface Piece {
  readonly before: string;
  readonly json: Json | undefined;
  readonly after: string;
}

/** The JSON in an answer: the data of each event of a stream, or the whole of it. */
export function piecesOf({ packets, headers }: WireBytes): readonly Piece[] {
  const text = textOf(packets);
  const isStream = headers?.['content-type'] === 'text/event-stream' || /^\s*(data|event|:)/.test(text);
  if (!isStream) return [pieceOf('', text, '')];
  return text.split(/(?<=\n\n)/).map((event) => {
    const [, before = '', data = '', after = ''] = /^((?:event: .*\n)?data: ?)(.*)(\n\n)$/.exec(event) ?? [];
    return before === '' ? { before: event, json: undefined, after: '' } : pieceOf(before, data, after);
  });
}

function pieceOf(before: string, data: string, after: string): Piece {
  try {
    return { before, json: JSON.parse(data), after };
  } catch {
    return { before: `${before}${data}${after}`, json: undefined, after: '' };
  }
}

/** The answer again. */
export function print(pieces: readonly Piece[]): string {
  return pieces
    .map(({ before, json, after }) => `${before}${json === undefined ? '' : JSON.stringify(json)}${after}`)
    .join('');
}

export function textOf(packets: WireBytes['packets']): string {
  const decoder = new TextDecoder();
  return packets.map((packet) => (typeof packet === 'string' ? packet : decoder.decode(packet))).join('');
}

/** Text in packets that are cut at these places, wherever that is in a character. */
export function cut(text: string, places: readonly number[]): readonly Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

/** A place in JSON: the object or list that holds it, and its name there. */
export interface Place {
  readonly holder: Json[] | { [name: string]: Json };
  readonly name: string;
  readonly path: readonly string[];
}

/** All places in a value, outermost first. */
export function placesIn(json: Json | undefined, path: readonly string[] = []): readonly Place[] {
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([name, value]): readonly Place[] => [
    { holder: json, name, path: [...path, name] },
    ...placesIn(value, [...path, name]),
  ]);
}

/** All objects in a value, but not those under one of these names. */
export function objectsIn(
  json: Json | undefined,
  except: ReadonlySet<string>,
): readonly { [name: string]: Json }[] {
  if (typeof json !== 'object' || json === null) return [];
  const inner = Object.entries(json).flatMap(([name, value]) =>
    except.has(name) ? [] : objectsIn(value, except),
  );
  return Array.isArray(json) ? inner : [json, ...inner];
}
