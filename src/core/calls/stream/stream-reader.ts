import type { ProviderFinishPart } from '../../../types/provider.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import type { StreamPart } from '../../../types/result/stream-part.ts';
import { Deferred } from '../../../util/time/deferred.ts';
import { Watchdog } from '../../../util/time/watchdog.ts';
import { isAttemptError } from '../../attempt/attempt-error.ts';
import { abandonRequest, failRequest, finishRequest } from '../../life-cycle.ts';
import type { RequestState } from '../../request.ts';
import type { ReadPart } from './accumulate.ts';
import { readPart } from './read-stream.ts';
import { done, type PartReceiver, type Read, type StreamEnd, type StreamSource } from './stream-source.ts';

/**
 * Delivers a stream's parts to its reader, one at a time, and ends the request. Per-read state lives here to
 * avoid allocations for each token.
 */
export class StreamReader implements StreamEnd, PartReceiver {
  readonly #run: RequestState;
  readonly #source: StreamSource;
  readonly #result = new Deferred<ChatResult>();
  /** Releases a stream that is never read. */
  readonly #unread: Watchdog;
  /** Whether the request has ended. */
  #over = false;
  /** Whether the reader left, possibly while waiting for a part. */
  #isLeft = false;
  /** Why the stream ended, until a reader gets it. */
  #failure: { readonly error: unknown } | undefined;
  #isRead = false;
  #isShown = false;
  /** Whether `result` drives the stream because there is no reader; and what it read, for a later reader. */
  #isDriven = false;
  readonly #ahead: StreamPart[] = [];
  /** Whether the pending read is for later. */
  #isAhead = false;
  /** Further parts that plugins made from one part, to deliver next. */
  readonly #passed: ReadPart[] = [];
  /** Pending reads, and the last of them. */
  #turns = 0;
  #last: Promise<Read> = Promise.resolve(done);
  #turn: Promise<Read> = this.#last;
  #resolve: (read: Read) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(run: RequestState, source: StreamSource) {
    this.#run = run;
    this.#source = source;
    this.#unread = new Watchdog(run.env.awake, this);
    this.#unread.watch(run.timeout.unread);
    run.signal.addEventListener('abort', this, { once: true });
    if (run.holding !== undefined) {
      run.holding.readOn = () => this.#readOn();
      if (run.holding.isHeld) this.#readOn();
    }
  }

  /** The stream was not read in time. */
  expired(): void {
    this.#leave(`the stream was not read within timeout.unread = ${this.#run.timeout.unread} ms`);
  }

  /** The whole answer at the end of the stream. Reads the stream if there is no other reader. */
  get result(): Promise<ChatResult> {
    this.#readOn();
    return this.#result.promise;
  }

  /** Reads on without a reader, or for others beside it. */
  #readOn(): void {
    if (this.#isDriven) return;
    this.#isDriven = true;
    this.#unread.stop();
    void this.#drive();
  }

  next(): Promise<Read> {
    if (!this.#isRead) {
      this.#isRead = true;
      this.#unread.stop();
    }
    const part = this.ready();
    if (part === undefined) return this.#inTurn(false);
    this.#isShown = true;
    return Promise.resolve({ done: false, value: part });
  }

  ready(): Exclude<ReadPart, ProviderFinishPart> | undefined {
    if (this.#turns > 0 || this.#over || this.#failure !== undefined) return undefined;
    const { passage, current } = this.#source;
    if (this.#ahead.length > 0 || this.#passed.length > 0 || passage !== undefined) return undefined;
    return current.ready?.();
  }

  return(): Promise<Read> {
    this.#leave();
    this.#failure = undefined;
    this.#ahead.length = 0;
    return Promise.resolve(done);
  }

  /** Serializes reads, even for a reader that does not wait; `isAhead`: a part is read for later. */
  #inTurn(isAhead: boolean): Promise<Read> {
    this.#turns += 1;
    if (this.#turns === 1) this.#last = this.#read(isAhead);
    else {
      const read = (): Promise<Read> => this.#read(isAhead);
      this.#last = this.#last.then(read, read);
    }
    return this.#last;
  }

  #read(isAhead: boolean): Promise<Read> {
    if (isAhead) {
      // Kept before any reader can take its turn.
      this.#isAhead = this.#failure === undefined && !this.#over;
      return this.#readLive();
    }
    this.#isShown = true;
    const part = this.#ahead.length === 0 ? undefined : this.#ahead.shift(); // skips a slow empty shift()
    if (part === undefined) return this.#readLive();
    return this.#answer(Promise.resolve({ done: false, value: part }));
  }

  #readLive(): Promise<Read> {
    const failure = this.#failure;
    if (failure === undefined && !this.#over) {
      this.#turn = new Promise(this.#begin);
      const passed = this.#passed.shift();
      if (passed === undefined) this.#source.current.read(this);
      else if (passed.type === 'finish') this.#give(this.#finish(passed));
      else this.#take(passed);
      return this.#turn;
    }
    this.#failure = undefined;
    return this.#answer(failure === undefined ? Promise.resolve(done) : Promise.reject(failure.error));
  }

  #answer(turn: Promise<Read>): Promise<Read> {
    this.#turns -= 1;
    turn.catch(() => {}); // a reader may ignore the result
    return turn;
  }

  readonly #begin = (resolve: (read: Read) => void, reject: (error: unknown) => void): void => {
    this.#resolve = resolve;
    this.#reject = reject;
  };

  onPart(part: ReadPart): void {
    // Plugins may want to see it.
    if (this.#source.passage !== undefined) this.#give(this.#arrive(part));
    else if (part.type === 'finish') this.#give(this.#finish(part));
    else this.#take(part);
  }

  /** Delivers what plugins made of a part; if that is nothing, moves to the next part. */
  async #arrive(part: ReadPart): Promise<StreamPart> {
    const { passage } = this.#source;
    try {
      const passed = passage === undefined ? [part] : passage.pass(part);
      this.#passed.push(...(passed instanceof Promise ? await passed : passed));
    } catch (error) {
      this.#source.reject(error);
      throw error;
    }
    const first = this.#passed.shift();
    if (first === undefined) return this.#readAgain();
    return first.type === 'finish' ? this.#finish(first) : first;
  }

  onError(error: unknown): void {
    if (this.#run.signal.aborted || !isAttemptError(error)) this.#giveUp(error);
    else this.#give(Promise.reject(error));
  }

  #keep(part: StreamPart): void {
    if (part.type === 'restart') this.#ahead.length = 0;
    const isSeen = part.type !== 'restart' || this.#isShown;
    if (isSeen && this.#run.holding?.left === undefined) this.#ahead.push(part);
  }

  /** Gives the reader a part that is not ready yet, or what replaces it. */
  #give(coming: Promise<StreamPart>): void {
    coming
      .catch((error: unknown) => this.#recover(error))
      .then(
        (part) => this.#take(part),
        (error: unknown) => this.#giveUp(error),
      );
  }

  #take(value: StreamPart): void {
    this.#turns -= 1;
    if (this.#isAhead) {
      this.#isAhead = false;
      this.#keep(value);
    }
    this.#resolve({ done: false, value });
  }

  #giveUp(error: unknown): void {
    this.#turns -= 1;
    this.#failure = this.#isAhead ? { error } : undefined;
    this.#isAhead = false;
    if (this.#isLeft) {
      this.#resolve(done);
      return;
    }
    if (!this.#over) this.#fail(error);
    this.#turn.catch(() => {});
    this.#reject(error);
  }

  async #recover(error: unknown): Promise<StreamPart> {
    const { signal } = this.#run;
    if (signal.aborted || !isAttemptError(error)) throw error;
    // The abort must reach the attempts first: the request ends after they do.
    signal.removeEventListener('abort', this);
    try {
      this.#passed.length = 0;
      const restart = await this.#source.recover(error).catch((failure: unknown) => {
        const ended = failure === error ? this.#source.withheld(failure) : undefined;
        if (ended === undefined) throw failure;
        return this.#conclude(ended);
      });
      return restart ?? (await this.#readAgain().catch((again: unknown) => this.#recover(again)));
    } finally {
      signal.addEventListener('abort', this, { once: true });
    }
  }

  /** Reads again in the same turn after a change. */
  async #readAgain(): Promise<StreamPart> {
    return this.#arrive(await readPart(this.#source));
  }

  async #finish(part: ProviderFinishPart): Promise<StreamPart> {
    return this.#conclude(await this.#source.finish(part));
  }

  /** Ends the stream with its complete answer. */
  #conclude(answer: ChatResult): StreamPart {
    this.#close();
    finishRequest(this.#run, answer);
    this.#result.resolve(answer);
    const { finishReason, usage, cost, target } = answer;
    return { type: 'finish', finishReason, usage, cost, target };
  }

  /** The caller, the deadline, or `close()` ends the stream, whether or not a read is pending. */
  handleEvent(): void {
    if (this.#over) return;
    const { reason } = this.#run.signal;
    this.#failure = { error: reason };
    this.#fail(reason);
  }

  #fail(error: unknown): void {
    this.#close();
    failRequest(this.#run, error);
    this.#result.reject(error);
  }

  /** Ends the stream: the reader left, or there is none. */
  #leave(summary?: string): void {
    if (this.#over) return;
    this.#isLeft = this.#isRead;
    this.#close();
    const error = this.#source.interruption(undefined, summary);
    this.#failure = { error };
    this.#run.stop(error);
    abandonRequest(this.#run, error);
    this.#result.reject(error);
  }

  #close(): void {
    this.#over = true;
    this.#unread.stop();
    this.#run.signal.removeEventListener('abort', this);
  }

  /**
   * Reads on for `result` while there is no reader, or for others that wait for the answer. Output no reader
   * has seen need not be taken back, so it is dropped.
   */
  async #drive(): Promise<void> {
    await undefined; // readers usually start at once
    const { holding } = this.#run;
    try {
      while (!this.#over && (holding?.isHeld === true || !this.#isRead)) {
        const read = await this.#inTurn(true);
        if (read.done === true) return;
      }
    } catch {
      // The next read throws it.
    } finally {
      this.#isDriven = false;
    }
  }
}
