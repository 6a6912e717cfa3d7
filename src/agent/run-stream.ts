import { RequestError, StreamInterruptedError } from '../errors.ts';
import type { CallOptions } from '../types/options/call-options.ts';
import type { ChatRequest } from '../types/request/request.ts';
import type { ChatResult } from '../types/result/result.ts';
import type { RunPart, RunRequest, RunResult, RunStream } from '../types/result/run.ts';
import type { StreamPart } from '../types/result/stream-part.ts';
import type { Router } from '../types/router.ts';
import { Deferred } from '../util/time/deferred.ts';
import { play } from './run.ts';

/** A run as a stream of the parts of all its steps. */
export function runStream(router: Router, request: RunRequest, options?: CallOptions): RunStream {
  const parts = play(request, options, (asked, own) => streamed(router, asked, own));
  return new RunReader(parts);
}

async function* streamed(
  router: Router,
  request: ChatRequest,
  options: CallOptions,
): AsyncGenerator<StreamPart, ChatResult, undefined> {
  const stream = await router.stream(request, options);
  yield* stream;
  return stream.result;
}

class RunReader implements RunStream {
  readonly #parts: AsyncGenerator<RunPart, RunResult, undefined>;
  readonly #end = new Deferred<RunResult>();
  #isRead = false;

  constructor(parts: AsyncGenerator<RunPart, RunResult, undefined>) {
    this.#parts = parts;
  }

  get result(): Promise<RunResult> {
    if (!this.#isRead) void this.#drain();
    return this.#end.promise;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RunPart, void, undefined> {
    if (this.#isRead) throw new RequestError('run', 'a single read', 'a second one');
    this.#isRead = true;
    let isOver = false;
    try {
      for (;;) {
        const { done, value } = await this.#parts.next();
        if (done === true) {
          isOver = true;
          this.#end.resolve(value);
          return;
        }
        yield value;
      }
    } catch (error) {
      isOver = true;
      this.#end.reject(error);
      throw error;
    } finally {
      if (!isOver) await this.#leave();
    }
  }

  async #drain(): Promise<void> {
    try {
      for await (const _ of this);
    } catch {
      // `result` rejects with it
    }
  }

  async #leave(): Promise<void> {
    const partial = { text: '', content: [] };
    this.#end.reject(new StreamInterruptedError({ partial, usage: {}, attempts: [] }));
    await this.#parts.return(undefined as never);
  }
}
