import type { ChatResult } from '../../../types/result/result.ts';
import { Deferred } from '../../../util/time/deferred.ts';
import type { Holding } from '../../holding.ts';
import { done, type Read, type StreamEnd, type StreamSource } from './stream-source.ts';

/**
 * The caller's end of a stream that plugins may keep running for other callers: if the caller aborts, leaves or
 * runs out of time, this end closes immediately and the stream is read on for the others. If no plugin keeps it
 * running, it acts exactly like the stream's own reader.
 */
export class SharedEnd implements StreamEnd {
  readonly #holding: Holding;
  readonly #source: StreamSource;
  readonly #reader: StreamEnd;
  /** Reads that the caller waits for. */
  readonly #waiting = new Set<Deferred<Read>>();
  #result: Deferred<ChatResult> | undefined;
  #isOver = false;
  #isLeaving = false;
  /** What the next read throws after an abort. */
  #failure: { readonly error: unknown } | undefined;

  constructor(holding: Holding, source: StreamSource, reader: StreamEnd) {
    this.#holding = holding;
    this.#source = source;
    this.#reader = reader;
    holding.onLeave = this.#onLeave;
  }

  get result(): Promise<ChatResult> {
    if (this.#result === undefined) {
      const result = new Deferred<ChatResult>();
      this.#result = result;
      if (this.#holding.left !== undefined) result.reject(this.#holding.left.reason);
      this.#reader.result.then(
        (answer) => result.resolve(answer),
        (error: unknown) => result.reject(error),
      );
    }
    return this.#result.promise;
  }

  next(): Promise<Read> {
    if (this.#isOver) return this.#afterEnd();
    const waiting = new Deferred<Read>();
    this.#waiting.add(waiting);
    this.#reader.next().then(
      (read) => {
        if (this.#waiting.delete(waiting)) waiting.resolve(read);
      },
      (error: unknown) => {
        if (this.#waiting.delete(waiting)) waiting.reject(error);
      },
    );
    return waiting.promise;
  }

  return(): Promise<Read> {
    if (!this.#holding.isHeld || this.#isOver) {
      this.#failure = undefined;
      return this.#isOver ? Promise.resolve(done) : this.#reader.return();
    }
    this.#isLeaving = true;
    this.#holding.leave(this.#source.interruption(), 'aborted');
    return Promise.resolve(done);
  }

  readonly #onLeave = (reason: unknown): void => {
    this.#isOver = true;
    if (!this.#isLeaving && this.#waiting.size === 0) this.#failure = { error: reason };
    for (const waiting of this.#waiting) {
      if (this.#isLeaving) waiting.resolve(done);
      else waiting.reject(reason);
    }
    this.#waiting.clear();
    this.#result?.reject(reason);
  };

  #afterEnd(): Promise<Read> {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure === undefined ? Promise.resolve(done) : Promise.reject(failure.error);
  }
}
