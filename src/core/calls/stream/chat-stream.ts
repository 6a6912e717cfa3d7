import { isRouterError, type ProviderError, RequestError, StreamInterruptedError } from '../../../errors.ts';
import type { ProviderFinishPart, ResolvedChatRequest } from '../../../types/provider.ts';
import type { ChatResult, ResponseInfo, Warning } from '../../../types/result/result.ts';
import type { AppendOnlyPart, StreamContent, StreamPart } from '../../../types/result/stream-part.ts';
import type { ChatStream } from '../../../types/router.ts';
import { linkedAbort } from '../../../util/abort.ts';
import type { ChatInput } from '../../answer/answer.ts';
import { finalize } from '../../answer/finalize.ts';
import { type AttemptError, isAttemptError } from '../../attempt/failure-policy.ts';
import type { Failover } from '../../failover/failover.ts';
import { abandonRequest, failRequest, finishRequest } from '../../life-cycle.ts';
import type { RequestState } from '../../request.ts';
import { type Continuation, continuationOf, continues } from './continuation.ts';
import { type OnPart, type OpenStream, openStream } from './open-stream.ts';

/** Opens a stream at the first target that gives a token. */
export async function stream(
  run: RequestState<ResolvedChatRequest>,
  failover: Failover,
): Promise<ChatStream> {
  const asked = { request: run.request, schema: run.schema };
  return chatStream(
    run,
    failover,
    asked,
    await failover.run((permit, lane) => openStream(run, permit, asked, lane), discard),
  );
}

const discard = (lost: OpenStream): void => lost.abandon();
/** A stream that the caller reads has no rivals any more. */
const onlyLane = { win: () => true, signal: linkedAbort().signal };
const done: IteratorResult<StreamPart> = { done: true, value: undefined };

function chatStream(run: RequestState, failover: Failover, asked: ChatInput, opened: OpenStream): ChatStream {
  let current = opened;
  let over = false;
  let started = false;
  /** By its reader, who may wait for a part at the same time. */
  let left = false;
  // Why it ended, until a reader has been told.
  let untold: { readonly error: unknown } | undefined;
  const mayContinue = run.interrupted === 'continue' || run.interrupted === 'continue-or-restart';
  let mayRestart = run.interrupted === 'restart' || run.interrupted === 'continue-or-restart';
  /** Readings that have not been answered; and the last one of them. */
  let turns = 0;
  let last: Promise<IteratorResult<StreamPart>> = Promise.resolve(done);
  const result = deferred<ChatResult>();

  const interruption = (reason: ProviderError | undefined): StreamInterruptedError =>
    new StreamInterruptedError({
      partial: { text: current.collected.text(), content: current.collected.content() },
      usage: current.heard.usage,
      attempts: run.attempts,
      reason,
    });

  const end = (error: unknown): void => {
    over = true;
    run.signal.removeEventListener('abort', onAbort);
    failRequest(run, error);
    result.reject(error);
  };
  // The caller, the deadline or `close()` ends it, whether or not somebody is reading just then.
  const onAbort = (): void => {
    if (over) return;
    untold = { error: run.signal.reason };
    end(run.signal.reason);
  };
  run.signal.addEventListener('abort', onAbort, { once: true });

  const finish = async (part: ProviderFinishPart): Promise<StreamPart> => {
    const answer = await finalize(run, current.attempt, onlyLane, asked, current.answer(part));
    over = true;
    run.signal.removeEventListener('abort', onAbort);
    finishRequest(run, answer);
    result.resolve(answer);
    const { finishReason, usage, cost, target } = answer;
    return { type: 'finish', finishReason, usage, cost, target };
  };

  /**
   * A target broke off after its first token, or its answer is not what was asked for: another one may say the rest, or start
   * anew, if that is what the caller wants.
   */
  const goOn = async (error: AttemptError): Promise<StreamPart> => {
    const reason = isRouterError(error, 'provider') ? error : undefined;
    const broken = interruption(reason);
    failover.failed(current.attempt.channel, error);
    if (mayContinue && reason !== undefined && (await hasContinued(reason))) return readPart();
    if (!mayRestart || !failover.mayGoOn(error)) throw reason === undefined ? error : broken;
    try {
      await replace();
    } catch (failure) {
      if (run.signal.aborted) throw failure;
      throw new StreamInterruptedError({
        ...broken,
        partial: broken.partial,
        attempts: run.attempts,
        reason,
      });
    }
    return { type: 'restart', target: current.attempt.target.id };
  };

  /** Another target's stream in place of the one that broke. */
  const replace = async (continuation?: Continuation): Promise<void> => {
    // Meanwhile an abort reaches the attempts, and the request ends when they have.
    run.signal.removeEventListener('abort', onAbort);
    try {
      current = await failover.run(
        (permit, lane) => openStream(run, permit, continuation?.asked ?? asked, lane, continuation),
        discard,
        continuation && continues,
      );
    } finally {
      run.signal.addEventListener('abort', onAbort, { once: true });
    }
    if (run.signal.aborted) onAbort();
  };

  /** Whether another target has taken up the text. */
  const hasContinued = async (error: ProviderError): Promise<boolean> => {
    const continuation = continuationOf(asked, current.collected);
    if (continuation === undefined || !failover.mayGoOn(error, continues)) return false;
    try {
      await replace(continuation);
      return true;
    } catch (failure) {
      if (run.signal.aborted) throw failure;
      return false;
    }
  };

  /** Another reading of the same turn, after something has changed. */
  const readPart = (): Promise<StreamPart> =>
    new Promise<StreamContent | ProviderFinishPart>((resolve, reject) => current.read(resolve, reject))
      .then((part) => (part.type === 'finish' ? finish(part) : part))
      .catch(recover);
  const recover = (error: unknown): Promise<StreamPart> => {
    if (run.signal.aborted || !isAttemptError(error)) throw error;
    return goOn(error);
  };

  // One reader at a time, so that what a turn needs can be kept here rather than made for each token.
  let resolve: (result: IteratorResult<StreamPart>) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  let turn: Promise<IteratorResult<StreamPart>> = Promise.resolve(done);
  const take = (onResult: typeof resolve, onError: typeof reject): void => {
    resolve = onResult;
    reject = onError;
  };
  const give = (value: StreamPart): void => {
    turns -= 1;
    resolve({ done: false, value });
  };
  const giveUp = (error: unknown): void => {
    turns -= 1;
    untold = undefined;
    if (left) {
      resolve(done);
      return;
    }
    if (!over) end(error);
    turn.catch(() => {}); // a reader need not look at what it asked for
    reject(error);
  };
  const onPart: OnPart = (part) => {
    if (part.type === 'finish') finish(part).catch(recover).then(give, giveUp);
    else give(part);
  };
  const onError = (error: unknown): void => {
    if (run.signal.aborted || !isAttemptError(error)) giveUp(error);
    else goOn(error).then(give, giveUp);
  };
  const read = (): Promise<IteratorResult<StreamPart>> => {
    if (untold !== undefined || over) {
      turns -= 1;
      const told = untold;
      untold = undefined;
      turn = told === undefined ? Promise.resolve(done) : Promise.reject(told.error);
      turn.catch(() => {});
      return turn;
    }
    turn = new Promise(take);
    current.read(onPart, onError);
    return turn;
  };

  const iterator: AsyncIterator<StreamPart> = {
    next() {
      turns += 1;
      // One at a time, also for a reader that does not wait.
      last = turns === 1 ? read() : last.then(read, read);
      return last;
    },
    return() {
      if (!over) {
        over = true;
        left = true;
        run.signal.removeEventListener('abort', onAbort);
        const why = interruption(undefined);
        run.stop(why);
        abandonRequest(run, why);
        result.reject(why);
      }
      untold = undefined;
      return Promise.resolve(done);
    },
  };

  return new OpenedChatStream(
    () => current,
    () => {
      if (started) throw new RequestError('stream', 'to be read once', 'a second reading');
      started = true;
      return iterator;
    },
    () => {
      mayRestart = false;
    },
    result.promise,
  );
}

/** The caller's side of a stream. A class, so that all of them share their getters: see `Expected`. */
class OpenedChatStream implements ChatStream {
  readonly result: Promise<ChatResult>;
  readonly #current: () => OpenStream;
  readonly #iterate: () => AsyncIterator<StreamPart>;
  readonly #neverRestart: () => void;

  constructor(
    current: () => OpenStream,
    iterate: () => AsyncIterator<StreamPart>,
    neverRestart: () => void,
    result: Promise<ChatResult>,
  ) {
    this.#current = current;
    this.#iterate = iterate;
    this.#neverRestart = neverRestart;
    this.result = result;
  }

  get target(): string {
    return this.#current().attempt.target.id;
  }

  get response(): ResponseInfo {
    return this.#current().heard.response;
  }

  get warnings(): readonly Warning[] {
    return this.#current().heard.warnings;
  }

  get textStream(): AsyncIterable<string> {
    return texts(this.appendOnly);
  }

  get appendOnly(): AsyncIterable<AppendOnlyPart> {
    return {
      [Symbol.asyncIterator]: () => {
        this.#neverRestart();
        return this.#iterate() as AsyncIterator<AppendOnlyPart>;
      },
    };
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamPart> {
    return this.#iterate();
  }
}

async function* texts(parts: AsyncIterable<AppendOnlyPart>): AsyncGenerator<string, void, undefined> {
  for await (const part of parts) if (part.type === 'text-delta' && part.text !== '') yield part.text;
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  // Who reads the stream learns of its failure there; the result may go unread.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
