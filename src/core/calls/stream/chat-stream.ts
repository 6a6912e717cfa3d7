import { RequestError } from '../../../errors.ts';
import type { ResolvedChatRequest } from '../../../types/provider.ts';
import type { Decision } from '../../../types/result/decision.ts';
import type { ChatResult, ResponseInfo, Warning } from '../../../types/result/result.ts';
import type { AppendOnlyPart, StreamPart } from '../../../types/result/stream-part.ts';
import type { ChatStream } from '../../../types/router.ts';
import type { Failover } from '../../failover/failover.ts';
import type { RequestState } from '../../request.ts';
import { abandon, openStream } from './open-stream.ts';
import { Recovery } from './recovery.ts';
import { SharedEnd } from './shared-end.ts';
import { StreamReader } from './stream-reader.ts';
import type { StreamEnd, StreamSource } from './stream-source.ts';

/** Opens a stream at the first target that returns a token. */
export async function stream(
  run: RequestState<ResolvedChatRequest>,
  failover: Failover,
): Promise<ChatStream> {
  const asked = { request: run.request, schema: run.schema };
  const opened = await failover.run(
    (reservation, slot) => openStream(run, reservation, asked, slot),
    abandon,
  );
  // Aborted between its first token and the end of a race, whose losers may still be read.
  if (run.signal.aborted) throw run.signal.reason;
  return openedStream(run, new Recovery(run, failover, asked, opened));
}

/** The stream of a source, as its caller gets it. */
export function openedStream(run: RequestState, source: StreamSource): ChatStream {
  const reader = new StreamReader(run, source);
  const { holding } = run;
  const end = holding === undefined ? reader : new SharedEnd(holding, source, reader);
  return new OpenedChatStream(run, source, end);
}

/** The caller's view of a stream. A class, so that all instances share their getters: see `Expected`. */
class OpenedChatStream implements ChatStream {
  readonly #run: RequestState;
  readonly #source: StreamSource;
  readonly #reader: StreamEnd;
  #isIterated = false;

  constructor(run: RequestState, source: StreamSource, reader: StreamEnd) {
    this.#run = run;
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

  get decision(): Decision | undefined {
    return this.#run.decision;
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
    if (this.#isIterated) throw new RequestError('stream', 'a single reader', 'a second one');
    this.#isIterated = true;
    return this.#reader;
  }
}

async function* texts(parts: AsyncIterable<AppendOnlyPart>): AsyncGenerator<string, void, undefined> {
  for await (const part of parts) if (part.type === 'text-delta' && part.text !== '') yield part.text;
}
