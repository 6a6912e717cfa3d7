import { createParser } from 'eventsource-parser';
import { ProviderError } from '../../errors.ts';
import type { Body } from '../../transport/body.ts';
import type { ChunkSource, Chunks } from './part-stream.ts';

/** How much may follow the end mark, in bytes, and for how long, in milliseconds, before the connection is given up. */
const restLimit = { bytes: 16_384, time: 1_000 };

/**
 * The JSON in the events of a `text/event-stream` body, as they come, up to the mark `[DONE]`: what follows it is not part
 * of the answer. Parsing is by `eventsource-parser`, after the HTML standard, section 9.2.
 */
export function eventChunks(body: Body, provider: string): ChunkSource {
  const decoder = new TextDecoder();
  let chunks: unknown[] = [];
  let end: Chunks['end'];
  const parser = createParser({
    onEvent({ data }) {
      if (end !== undefined) return;
      if (isEndMark(data)) {
        end = 'marked';
        return;
      }
      try {
        chunks.push(unlisted(JSON.parse(data)));
      } catch (cause) {
        const summary = 'an event is not JSON';
        end = {
          error: new ProviderError({ kind: 'malformed', provider, answered: true, summary, cause }),
        };
      }
    },
  });

  return {
    async read() {
      chunks = [];
      while (chunks.length === 0 && end === undefined) {
        const bytes = await body.read();
        // Two line ends give out an event that the server did not close properly before it ended.
        parser.feed(
          bytes === undefined ? `${decoder.decode()}\n\n` : decoder.decode(bytes, { stream: true }),
        );
        if (bytes === undefined) end ??= 'closed';
      }
      if (end === 'marked') readRest(body);
      return { chunks, end };
    },
    cancel: () => body.cancel(),
  };
}

/** Google's servers put an error inside a stream into a list. */
function unlisted(chunk: unknown): unknown {
  return Array.isArray(chunk) ? chunk[0] : chunk;
}

function isEndMark(data: string): boolean {
  return data.length < 32 && data.trim() === '[DONE]';
}

/** Comes to the end of an answer that has said it is over, so that its connection can be used again. */
function readRest(body: Body): void {
  const timer = setTimeout(() => body.cancel(), restLimit.time);
  const read = async (): Promise<void> => {
    for (let left = restLimit.bytes; left > 0; ) {
      const bytes = await body.read();
      if (bytes === undefined) return;
      left -= bytes.length;
    }
    body.cancel();
  };
  read()
    .catch(() => {})
    .finally(() => clearTimeout(timer));
}
