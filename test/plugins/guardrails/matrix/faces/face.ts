import type { Router } from 'signalbox';
import { z } from 'zod';

/** Where a value is planted. */
export const places = [
  'text',
  'reasoning',
  'tool arguments',
  'tool results',
  'structured output',
  'file names',
  'embeddings',
] as const;
export type Place = (typeof places)[number];

/** Where an answer has a value. Tool results are those of tools that the vendor runs; file names are in citations. */
export const answerPlaces = [
  'text',
  'reasoning',
  'tool arguments',
  'tool results',
  'structured output',
  'file names',
] as const;
export type AnswerPlace = (typeof answerPlaces)[number];

/** A conversation whose last question is about a value. */
export interface Ask {
  readonly text: string;
  readonly reasoning?: string;
  readonly toolArguments?: string;
  readonly toolResult?: string;
  readonly fileName?: string;
  /** Requests an object; the value is a field of the previous one. */
  readonly object?: string;
}

/** One interface: everything that its caller sees, as JSON; `undefined` where it has no such place. */
export interface Face {
  readonly name: string;
  /** Places of the request that the interface has. */
  readonly places: readonly Place[];
  /** Places of answers that it shows to its caller. */
  readonly shows: readonly AnswerPlace[];
  chat(router: Router, ask: Ask): Promise<unknown>;
  stream(router: Router, ask: Ask): Promise<unknown>;
  embed?(router: Router, text: string): Promise<unknown>;
}

/** A file without a word. */
export const pdf = 'JVBERi0xLjQKJSVFT0YK';
export const schema = { type: 'object', properties: { q: { type: 'string' } } } as const;
export const format = { ...schema, required: ['q'], additionalProperties: false } as const;
export const zodFormat = z.object({ q: z.string() });
/** The previous answer. */
export const before = ({ object }: Ask): string =>
  object === undefined ? 'Hello' : JSON.stringify({ q: object });
export const hasTool = ({ toolArguments, toolResult }: Ask): boolean =>
  toolArguments !== undefined || toolResult !== undefined;

/** All parts of a stream. */
export async function collect(parts: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for await (const part of parts) all.push(part);
  return all;
}
