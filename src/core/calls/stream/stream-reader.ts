import type { ProviderError, StreamInterruptedError } from '../../../errors.ts';
import type { ProviderFinishPart } from '../../../types/provider.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import type { Restart, StreamPart } from '../../../types/result/stream-part.ts';
import { type Deferred, deferred } from '../../../util/time/deferred.ts';
import { type Watchdog, watchdog } from '../../../util/time/watchdog.ts';
import { type AttemptError, isAttemptError } from '../../attempt/failure-policy.ts';
import { abandonRequest, failRequest, finishRequest } from '../../life-cycle.ts';
import type { RequestState } from '../../request.ts';
import type { Passage } from './passage.ts';
import type { ReadPart, StreamInfo } from './read-stream.ts';

type Read = IteratorResult<StreamPart, undefined>;

const done: Read = { done: true, value: undefined };
/** What a reader reads from. */
export interface StreamSource {
  /** Gives the next part, or why there is none. */
  readonly current: {
    read(onPart: (part: ReadPart) => void, onError: (error: unknown) => void): void;
  };
  /** What plugins do with the parts. */
  readonly passage: Passage | undefined;
  readonly target: string;
  readonly info: StreamInfo;
  /** The complete answer, once it has passed what it has to pass. */
  finish(part: ProviderFinishPart): Promise<ChatResult>;
  /** Puts another answer in place of one that failed: `undefined` where it only continues it. Rejects where it cannot. */
  recover(error: AttemptError): Promise<Restart | undefined>;
  /** A plugin does not let the answer pass. */
  reject(error: unknown): void;
  /** What the reader gets when the stream ends now. */
  interruption(reason?: ProviderError, summary?: string): StreamInterruptedError;
  /** The reader cannot take back what it has shown. */
  neverRestart(): void;
}

/**
 * Gives a stream's parts to its one reader, one at a time, and ends the request. What a turn needs is kept here rather than made for
 * each token.
 */
export class StreamReader implements AsyncIterator<StreamPart, undefined> {
  readonly #run: RequestState;
  readonly #source: StreamSource;
  readonly #result: Deferred<ChatResult> = deferred();
  /** Lets go of a stream that nobody begins to read. */
  readonly #unread: Watchdog;
  /** The request has ended. */
  #over = false;
  /** By its reader, which may wait for a part at the same time. */
  #isLeft = false;
  /** Why the stream ended, as long as no reader has got it. */
  #failure: { readonly error: unknown } | undefined;
  #isRead = false;
  /** Whether `result` reads the stream, because nobody else does; and what it has read, for whoever reads it later. */
  #isDriven = false;
  readonly #ahead: StreamPart[] = [];
  /** What plugins have made of a part beyond the first one that goes out in its place. */
  readonly #passed: ReadPart[] = [];

  /** Readings that have no answer yet; and the last one of them. */
  #turns = 0;
  #last: Promise<Read> = Promise.resolve(done);
  #turn: Promise<Read> = this.#last;
  #resolve: (read: Read) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(run: RequestState, source: StreamSource) {
    this.#run = run;
    this.#source = source;
    if (source.passage !== undefined) this.#onPart = this.#onPassing;
    const { unread } = run.timeout;
    this.#unread = watchdog(run.env.awake, () =>
      this.#leave(`nobody began to read it within timeout.unread = ${unread} ms`),
    );
    this.#unread.watch(unread);
    run.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** The whole answer, once the stream has been read to its end. Reads it, unless somebody else does. */
  get result(): Promise<ChatResult> {
    if (!this.#isDriven) {
      this.#isDriven = true;
      this.#unread.stop();
      void this.#drive();
    }
    return this.#result.promise;
  }

  next(): Promise<Read> {
    if (!this.#isRead) {
      this.#isRead = true;
      this.#unread.stop();
    }
    return this.#inTurn(this.#readNext);
  }

  return(): Promise<Read> {
    this.#leave();
    this.#failure = undefined;
    this.#ahead.length = 0;
    return Promise.resolve(done);
  }

  /** One reading at a time, also for a reader that does not wait. */
  #inTurn(read: () => Promise<Read>): Promise<Read> {
    this.#turns += 1;
    this.#last = this.#turns === 1 ? read() : this.#last.then(read, read);
    return this.#last;
  }

  readonly #readNext = (): Promise<Read> => {
    const part = this.#ahead.length === 0 ? undefined : this.#ahead.shift(); // to shift nothing takes its time
    if (part === undefined) return this.#readLive();
    return this.#answer(Promise.resolve({ done: false, value: part }));
  };

  readonly #readLive = (): Promise<Read> => {
    const failure = this.#failure;
    if (failure === undefined && !this.#over) {
      this.#turn = new Promise(this.#begin);
      const passed = this.#passed.shift();
      if (passed === undefined) this.#source.current.read(this.#onPart, this.#onError);
      else this.#deliver(passed);
      return this.#turn;
    }
    this.#failure = undefined;
    return this.#answer(failure === undefined ? Promise.resolve(done) : Promise.reject(failure.error));
  };

  #answer(turn: Promise<Read>): Promise<Read> {
    this.#turns -= 1;
    turn.catch(() => {}); // a reader need not look at what it asked for
    return turn;
  }

  readonly #begin = (resolve: (read: Read) => void, reject: (error: unknown) => void): void => {
    this.#resolve = resolve;
    this.#reject = reject;
  };

  readonly #deliver = (part: ReadPart): void => {
    if (part.type !== 'finish') this.#give(part);
    else this.#finish(part).catch(this.#recover).then(this.#give, this.#giveUp);
  };

  #onPart: (part: ReadPart) => void = this.#deliver;

  /** Parts go to plugins first, where any of them wants to see them. */
  readonly #onPassing = (part: ReadPart): void => {
    this.#arrive(part).catch(this.#recover).then(this.#give, this.#giveUp);
  };

  /** What of a part goes out now; where that is nothing, of the next one. */
  readonly #arrive = async (part: ReadPart): Promise<StreamPart> => {
    const { passage } = this.#source;
    try {
      this.#passed.push(...(passage === undefined ? [part] : passage.pass(part)));
    } catch (error) {
      this.#source.reject(error);
      throw error;
    }
    const first = this.#passed.shift();
    if (first === undefined) return this.#readAgain();
    return first.type === 'finish' ? this.#finish(first) : first;
  };

  readonly #onError = (error: unknown): void => {
    if (this.#run.signal.aborted || !isAttemptError(error)) this.#giveUp(error);
    else this.#recover(error).then(this.#give, this.#giveUp);
  };

  readonly #give = (value: StreamPart): void => {
    this.#turns -= 1;
    this.#resolve({ done: false, value });
  };

  readonly #giveUp = (error: unknown): void => {
    this.#turns -= 1;
    this.#failure = undefined;
    if (this.#isLeft) {
      this.#resolve(done);
      return;
    }
    if (!this.#over) this.#end(error);
    this.#turn.catch(() => {});
    this.#reject(error);
  };

  readonly #recover = async (error: unknown): Promise<StreamPart> => {
    const { signal } = this.#run;
    if (signal.aborted || !isAttemptError(error)) throw error;
    // An abort has to reach the attempts first: the request ends when they have.
    signal.removeEventListener('abort', this.#onAbort);
    try {
      this.#passed.length = 0;
      return (await this.#source.recover(error)) ?? (await this.#readAgain().catch(this.#recover));
    } finally {
      signal.addEventListener('abort', this.#onAbort, { once: true });
    }
  };

  /** Another reading of the same turn, after something has changed. */
  #readAgain(): Promise<StreamPart> {
    const { current } = this.#source;
    return new Promise<ReadPart>((resolve, reject) => current.read(resolve, reject)).then(this.#arrive);
  }

  async #finish(part: ProviderFinishPart): Promise<StreamPart> {
    const answer = await this.#source.finish(part);
    this.#close();
    finishRequest(this.#run, answer);
    this.#result.resolve(answer);
    const { finishReason, usage, cost, target } = answer;
    return { type: 'finish', finishReason, usage, cost, target };
  }

  // The caller, the deadline or `close()` ends it, whether or not somebody is reading just then.
  readonly #onAbort = (): void => {
    if (this.#over) return;
    const { reason } = this.#run.signal;
    this.#failure = { error: reason };
    this.#end(reason);
  };

  #end(error: unknown): void {
    this.#close();
    failRequest(this.#run, error);
    this.#result.reject(error);
  }

  /** The reader wants no more, or there is none. */
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
    this.#run.signal.removeEventListener('abort', this.#onAbort);
  }

  /** Reads on for the sake of the result, as long as nobody else reads. What nobody has seen cannot be taken back: it is left out. */
  async #drive(): Promise<void> {
    await undefined; // as a rule the reader begins at once
    try {
      while (!this.#isRead && !this.#over) {
        const read = await this.#inTurn(this.#readLive);
        if (read.done === true) return;
        if (read.value.type === 'restart') this.#ahead.length = 0;
        else this.#ahead.push(read.value);
      }
    } catch (error) {
      this.#failure = { error };
    }
  }
}
