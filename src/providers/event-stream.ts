import { createParser } from 'eventsource-parser';
import { ProviderError } from '../errors.ts';

/** One event of a stream: its JSON, or the mark that says it is over. */
export type StreamEvent = { readonly json: unknown } | 'done';

/**
 * The events of a `text/event-stream` body, as they come. Leaving it early cancels the body, which closes the connection.
 * Parsing is by `eventsource-parser`, after the HTML standard, section 9.2.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  provider: string,
): AsyncGenerator<StreamEvent, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const ready: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => ready.push(data) });
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      // Two line ends give out an event that the server did not close properly before it ended.
      parser.feed(done ? `${decoder.decode()}\n\n` : decoder.decode(value, { stream: true }));
      for (const data of ready.splice(0)) yield parse(data, provider);
      if (!done) continue;
      ended = true;
      return;
    }
  } finally {
    if (!ended) reader.cancel().catch(() => {});
  }
}

function parse(data: string, provider: string): StreamEvent {
  if (data.trim() === '[DONE]') return 'done';
  try {
    return { json: JSON.parse(data) };
  } catch (cause) {
    throw new ProviderError({
      kind: 'malformed',
      provider,
      answered: true,
      summary: 'an event is not JSON',
      cause,
    });
  }
}
