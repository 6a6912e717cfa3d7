import { createParser, type EventSourceParser } from 'eventsource-parser';
import { ProviderError } from '../../../errors.ts';
import type { Body } from '../../../transport/body.ts';
import { isFailure } from '../../../transport/failure/read-failure.ts';
import { asObject } from '../../../util/json.ts';
import { errorLines, type LineRewriter } from './error-lines.ts';
import type { ChunkSink, ChunkSource, StreamEnd } from './part-stream.ts';
import { readRest } from './rest.ts';
import { TextTemplate } from './text-template.ts';

const brace = 123;

/**
 * The JSON in the events of a `text/event-stream` body, up to the marker `[DONE]`: anything after it is not
 * part of the answer. `eventsource-parser` parses events according to section 9.2 of the HTML standard.
 *
 * An `error` event, whatever its data, gives an object with the field `error`, or with the type `error` if
 * its data has that. The elements of a list are given one by one.
 */
export class EventChunks implements ChunkSource {
  declare private readonly body: Body;
  declare private readonly provider: string;
  declare private readonly decoder: TextDecoder;
  declare private readonly lines: LineRewriter;
  declare private readonly parser: EventSourceParser;
  declare private readonly template: TextTemplate;
  declare private hasTemplate: boolean;
  declare private sink: ChunkSink | undefined;
  declare private hasNews: boolean;
  declare private end: StreamEnd | undefined;

  constructor(body: Body, provider: string) {
    this.body = body;
    this.provider = provider;
    this.decoder = new TextDecoder();
    this.lines = errorLines();
    this.template = new TextTemplate();
    this.hasTemplate = false;
    this.sink = undefined;
    this.hasNews = false;
    this.end = undefined;
    this.parser = createParser({
      onEvent: ({ event, data }) => {
        const { sink } = this;
        if (this.end !== undefined || sink === undefined) return;
        if (this.hasTemplate && event !== 'error') {
          const part = this.template.match(data);
          if (part !== undefined) {
            this.hasNews = true;
            sink.pushText(part, data);
            return;
          }
        }
        // Any other event may change the state of the reader.
        this.hasTemplate = false;
        if (event === 'error') {
          this.hasNews = true;
          sink.push(readError(data));
          return;
        }
        // Fast path: data is nearly always an object.
        if (data.charCodeAt(0) !== brace) {
          if (isKeepAlive(data, event)) return;
          if (isEndMark(data)) {
            this.end = 'marked';
            return;
          }
        }
        let chunk: unknown;
        try {
          chunk = JSON.parse(data);
        } catch (cause) {
          this.end = { error: notJSON(this.provider, cause) };
          return;
        }
        this.hasNews = true;
        if (Array.isArray(chunk)) {
          for (const each of chunk) sink.push(each);
          return;
        }
        const text = sink.push(chunk);
        if (text !== undefined) this.hasTemplate = this.template.learn(data, chunk, text, sink);
      },
    });
  }

  async read(sink: ChunkSink): Promise<StreamEnd | undefined> {
    this.sink = sink;
    this.hasNews = false;
    while (!this.hasNews && this.end === undefined) {
      const bytes = await this.body.read();
      if (bytes === undefined) this.#feedEnd();
      else this.#feed(bytes);
    }
    if (this.end === 'marked') this.rest();
    return this.end;
  }

  arrived(sink: ChunkSink): StreamEnd | undefined {
    this.sink = sink;
    const { bytes = [], ended = false } = this.body.arrived?.() ?? {};
    for (const piece of bytes) this.#feed(piece);
    if (ended) this.#feedEnd();
    return this.end;
  }

  rest(): void {
    readRest(
      () => this.body.read().then((bytes) => bytes?.length),
      () => this.body.cancel(),
    );
  }

  cancel(): void {
    this.body.cancel();
  }

  #feed(bytes: Uint8Array): void {
    this.parser.feed(this.lines.push(this.decoder.decode(bytes, { stream: true })));
  }

  #feedEnd(): void {
    // Two line ends flush an event that the server did not terminate.
    this.parser.feed(`${this.lines.push(this.decoder.decode())}${this.lines.end()}\n\n`);
    this.end ??= 'closed';
  }
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
