import { createParser } from 'eventsource-parser';
import { ProviderError } from '../../../errors.ts';
import type { Body } from '../../../transport/body.ts';
import { isFailure } from '../../../transport/failure/read-failure.ts';
import { asObject } from '../../../util/json.ts';
import { errorLines } from './error-lines.ts';
import type { ChunkSource, Chunks } from './part-stream.ts';
import { readRest } from './rest.ts';

const brace = 123;

/**
 * The JSON in the events of a `text/event-stream` body, up to the marker `[DONE]`: anything after it is not
 * part of the answer. `eventsource-parser` parses events according to section 9.2 of the HTML standard.
 *
 * An `error` event, whatever its data, yields an object with the field `error`, or with the type `error` if
 * its data has that. The elements of a list are yielded one by one.
 */
export function eventChunks(body: Body, provider: string): ChunkSource {
  const decoder = new TextDecoder();
  const lines = errorLines();
  let chunks: unknown[] = [];
  let end: Chunks['end'];
  const parser = createParser({
    onEvent({ event, data }) {
      if (end !== undefined) return;
      if (event === 'error') {
        chunks.push(readError(data));
        return;
      }
      // Fast path: data is nearly always an object.
      if (data.charCodeAt(0) !== brace) {
        if (isKeepAlive(data, event)) return;
        if (isEndMark(data)) {
          end = 'marked';
          return;
        }
      }
      try {
        const chunk: unknown = JSON.parse(data);
        if (Array.isArray(chunk)) chunks.push(...chunk);
        else chunks.push(chunk);
      } catch (cause) {
        end = { error: notJSON(provider, cause) };
      }
    },
  });

  const feed = (bytes: Uint8Array): void => parser.feed(lines.push(decoder.decode(bytes, { stream: true })));
  const feedEnd = (): void => {
    // Two line ends flush an event that the server did not terminate.
    parser.feed(`${lines.push(decoder.decode())}${lines.end()}\n\n`);
    end ??= 'closed';
  };
  const rest = (): void =>
    readRest(
      () => body.read().then((bytes) => bytes?.length),
      () => body.cancel(),
    );

  return {
    async read() {
      chunks = [];
      while (chunks.length === 0 && end === undefined) {
        const bytes = await body.read();
        if (bytes !== undefined) {
          feed(bytes);
          continue;
        }
        feedEnd();
      }
      if (end === 'marked') rest();
      return { chunks, end };
    },
    arrived() {
      chunks = [];
      const { bytes = [], ended = false } = body.arrived?.() ?? {};
      for (const piece of bytes) feed(piece);
      if (ended) feedEnd();
      return { chunks, end };
    },
    rest,
    cancel: () => body.cancel(),
  };
}

function notJSON(provider: string, cause: unknown): ProviderError {
  const summary = 'an event is not JSON';
  return new ProviderError({ kind: 'malformed', provider, answered: true, summary, cause });
}

function readError(data: string): unknown {
  let error: unknown = data;
  try {
    error = JSON.parse(data);
  } catch {
    // Some servers send the message alone.
  }
  if (isFailure(error)) return Array.isArray(error) ? error[0] : error;
  // The event is an error even if its data does not look like one.
  return { error: { message: typeof error === 'string' ? error : '', ...asObject(error) } };
}

/**
 * Whether an event is a keep-alive: without data, with a comment as data (Vertex AI,
 * https://github.com/anomalyco/opencode/issues/50871), or as a single word.
 */
function isKeepAlive(data: string, event: string | undefined): boolean {
  if (data.length > 64) return false;
  const text = data.trim();
  return text === '' || text.startsWith(':') || isPing(text) || (event !== undefined && isPing(event));
}

function isPing(word: string): boolean {
  return /^(ping|keep-?alive|heartbeat)$/i.test(word);
}

function isEndMark(data: string): boolean {
  return data.length < 32 && /^\s*"?\[DONE\]"?\s*$/i.test(data);
}
