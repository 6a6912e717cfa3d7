import { isRouterError, type ProviderError, RequestError, StreamInterruptedError } from '../errors.ts';
import type { ProviderFinishPart } from '../types/provider.ts';
import type { ChatResult } from '../types/result.ts';
import type { ChatStream } from '../types/router.ts';
import type { StreamPart } from '../types/stream-part.ts';
import { type Asked, accept } from './answer.ts';
import { type AttemptError, isAttemptError } from './consequence.ts';
import { type Continuation, continuationOf, continues } from './continuation.ts';
import type { Failover } from './failover.ts';
import { type OpenStream, openStream } from './open-stream.ts';
import { type Run, settleError } from './run.ts';

/** Opens a stream at the first target that gives a token. */
export async function stream(run: Run, failover: Failover, asked: Asked): Promise<ChatStream> {
  return chatStream(
    run,
    failover,
    asked,
    await failover.run((permit, lane) => openStream(run, permit, asked, lane), discard),
  );
}

const discard = (lost: OpenStream): void => lost.abandon();
/** A stream that the caller reads has no rivals any more. */
const onlyLane = { win: () => true, signal: new AbortController().signal };
const done: IteratorResult<StreamPart> = { done: true, value: undefined };

function chatStream(run: Run, failover: Failover, asked: Asked, opened: OpenStream): ChatStream {
  let current = opened;
  let over = false;
  let started = false;
  /** By its reader, who may wait for a part at the same time. */
  let left = false;
  // Why it ended, until a reader has been told.
  let untold: { readonly error: unknown } | undefined;
  let mayRestart = run.interrupted !== 'error';
  let reading: Promise<IteratorResult<StreamPart>> | undefined;
  const result = deferred<ChatResult>();

  const interruption = (reason: ProviderError | undefined): StreamInterruptedError =>
    new StreamInterruptedError({
      partial: { text: current.collected.text(), content: current.collected.content() },
      usage: current.usage,
      attempts: run.attempts,
      reason,
    });

  const end = (error: unknown): void => {
    over = true;
    run.signal.removeEventListener('abort', onAbort);
    settleError(run, error);
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
    const answer = await accept(run, current.attempt, onlyLane, asked, current.answer(part));
    over = true;
    run.signal.removeEventListener('abort', onAbort);
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
    if (run.interrupted === 'continue' && reason !== undefined && (await hasContinued(reason)))
      return readPart();
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

  const read = async (): Promise<IteratorResult<StreamPart>> => {
    if (untold !== undefined) {
      const { error } = untold;
      untold = undefined;
      throw error;
    }
    if (over) return done;
    try {
      return { done: false, value: await readPart() };
    } catch (error) {
      untold = undefined;
      if (left) return done;
      if (!over) end(error);
      throw error;
    }
  };

  const readPart = async (): Promise<StreamPart> => {
    try {
      const part = await current.next();
      return part.type === 'finish' ? await finish(part) : part;
    } catch (error) {
      if (run.signal.aborted || !isAttemptError(error)) throw error;
      return goOn(error);
    }
  };

  const iterator: AsyncIterator<StreamPart> = {
    next() {
      // One at a time, also for a reader that does not wait.
      const next = reading === undefined ? read() : reading.then(read, read);
      reading = next;
      const clear = (): void => {
        if (reading === next) reading = undefined;
      };
      next.then(clear, clear);
      return next;
    },
    return() {
      if (!over) {
        over = true;
        left = true;
        run.signal.removeEventListener('abort', onAbort);
        const why = interruption(undefined);
        run.stop(why);
        run.settle({ outcome: 'aborted' });
        result.reject(why);
      }
      untold = undefined;
      return Promise.resolve(done);
    },
  };

  const self: ChatStream = {
    get target() {
      return current.attempt.target.id;
    },
    get response() {
      return current.response;
    },
    result: result.promise,
    get textStream() {
      return texts(self, () => {
        mayRestart = false;
      });
    },
    [Symbol.asyncIterator]() {
      if (started) throw new RequestError('stream', 'to be read once', 'a second reading');
      started = true;
      return iterator;
    },
  };
  return self;
}

/** The text alone. It cannot show that it starts anew, so it never does. */
async function* texts(stream: ChatStream, neverRestart: () => void): AsyncGenerator<string, void, undefined> {
  neverRestart();
  for await (const part of stream) if (part.type === 'text-delta' && part.text !== '') yield part.text;
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
