import { RequestError } from '../../../errors.ts';
import type { ResolvedChatRequest } from '../../../types/provider.ts';
import type { ChatResult, ResponseInfo, Warning } from '../../../types/result/result.ts';
import type { AppendOnlyPart, StreamPart } from '../../../types/result/stream-part.ts';
import type { ChatStream } from '../../../types/router.ts';
import type { Failover } from '../../failover/failover.ts';
import type { RequestState } from '../../request.ts';
import { openStream } from './open-stream.ts';
import { Recovery } from './recovery.ts';
import { StreamReader, type StreamSource } from './stream-reader.ts';

/** Opens a stream at the first target that returns a token. */
export async function stream(
  run: RequestState<ResolvedChatRequest>,
  failover: Failover,
): Promise<ChatStream> {
  const asked = { request: run.request, schema: run.schema };
  const opened = await failover.run(
    (reservation, slot) => openStream(run, reservation, asked, slot),
    (lost) => lost.abandon(),
  );
  const recovery = new Recovery(run, failover, asked, opened);
  return new OpenedChatStream(recovery, new StreamReader(run, recovery));
}

/** The caller's view of a stream. A class, so that all instances share their getters: see `Expected`. */
export class OpenedChatStream implements ChatStream {
  readonly #source: StreamSource;
  readonly #reader: StreamReader;
  #isIterated = false;

  constructor(source: StreamSource, reader: StreamReader) {
    this.#source = source;
    this.#reader = reader;
  }

  get target(): string {
    return this.#source.target;
  }

  get response(): ResponseInfo {
    return this.#source.info.response;
  }

  get warnings(): readonly Warning[] {
    const { info, passage } = this.#source;
    return passage === undefined ? info.warnings : [...passage.warnings, ...info.warnings];
  }

  get result(): Promise<ChatResult> {
    return this.#reader.result;
  }

  get textStream(): AsyncIterable<string> {
    return texts(this.appendOnly);
  }

  get appendOnly(): AsyncIterable<AppendOnlyPart> {
    return {
      [Symbol.asyncIterator]: () => {
        const iterator = this[Symbol.asyncIterator]();
        this.#source.neverRestart();
        return iterator as AsyncIterator<AppendOnlyPart>;
      },
    };
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamPart> {
    if (this.#isIterated) throw new RequestError('stream', 'a single read', 'a second one');
    this.#isIterated = true;
    return this.#reader;
  }
}

async function* texts(parts: AsyncIterable<AppendOnlyPart>): AsyncGenerator<string, void, undefined> {
  for await (const part of parts) if (part.type === 'text-delta' && part.text !== '') yield part.text;
}
