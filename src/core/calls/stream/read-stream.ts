import { isRouterError, ProviderError } from '../../../errors.ts';
import type {
  ProviderFinishPart,
  ProviderResponsePart,
  ProviderStream,
  ProviderStreamPart,
} from '../../../types/provider.ts';
import type { Restart, StreamContent } from '../../../types/result/stream-part.ts';
import type { Answer, ChatInput } from '../../answer/answer.ts';
import { recordLeft, type Sent, withUnread } from '../../answer/left-early.ts';
import type { Attempt } from '../../attempt/attempt.ts';
import { failureOf } from '../../attempt/follow.ts';
import type { RequestState } from '../../request.ts';
import { Accumulator, isToken, noInfo, noteResponse, type ReadPart, type StreamInfo } from './accumulate.ts';
import { continuedBy, type Splice, splice, toText } from './continuation.ts';
import type { PartReceiver, StreamSource, Takeover } from './stream-source.ts';
import { StreamTimers } from './stream-timers.ts';

/** One target's stream, read part by part. Idle timeouts run only while a reader waits. */
export class ReadStream {
  readonly attempt: Attempt;
  collected = new Accumulator();
  readonly info: StreamInfo = noInfo();
  readonly #run: RequestState;
  readonly #request: ChatInput['request'];
  readonly #takeover: Takeover | undefined;
  readonly #timers: StreamTimers;
  #seam: Splice | undefined;
  #answer: ProviderStream | undefined;
  #upstream: AsyncIterator<ProviderStreamPart> | undefined;
  /** Parts to deliver before the next read. */
  #ahead: ReadPart[] = [];
  /** Waits for the next part. An abort reaches it at once even if the provider ignores it. */
  #receiver: PartReceiver | undefined;
  /** Text received that is in no part. */
  #unseen: string | undefined;
  #over = false;

  constructor(run: RequestState, attempt: Attempt, request: ChatInput['request'], takeover?: Takeover) {
    const { target, signal } = attempt;
    this.attempt = attempt;
    this.#run = run;
    this.#request = request;
    this.#takeover = takeover;
    if (takeover !== undefined) {
      const { continuation } = takeover;
      this.info.warnings = [continuedBy(target.id)];
      this.#seam = splice(continuation, target.capabilities.prefill === 'echo');
      this.collected.add(toText(continuation.before, continuation.id));
    }
    this.#timers = new StreamTimers(target, run, attempt);
    signal.addEventListener('abort', this, { once: true });
    if (signal.aborted) this.handleEvent();
    else this.#timers.start();
  }

  /**
   * Reads the next part. The error that ended the attempt is recorded when the receiver gets it. Must not be called again
   * before it has got either.
   */
  read(receiver: PartReceiver): void {
    const part = this.#ahead.length === 0 ? undefined : this.#ahead.shift(); // skips a slow empty shift()
    if (part !== undefined) {
      receiver.onPart(part);
      return;
    }
    if (this.#over) {
      receiver.onError(failureOf(undefined, this.attempt));
      return;
    }
    this.#receiver = receiver;
    this.#timers.wait();
    this.#pull();
  }

  /** See `PartReader.ready`. */
  ready(): Exclude<ReadPart, ProviderFinishPart> | undefined {
    // A continuation may turn out to begin again, which ends the attempt.
    if (this.#ahead.length > 0 || this.#over || this.#seam !== undefined) return undefined;
    for (;;) {
      const part = this.#answer?.ready?.();
      if (part === undefined) return undefined;
      if (part.type !== 'response') this.#timers.wait();
      const read = this.#take(part);
      if (read === undefined) continue;
      this.#timers.rest();
      if (read.type !== 'finish') return read;
      this.#ahead.push(read);
      return undefined;
    }
  }

  /** Queues parts that have been read for delivery again. */
  putBack(parts: readonly ReadPart[]): void {
    this.#ahead = [...parts, ...this.#ahead];
  }

  /** Ends the stream early without an outcome for the target, and closes the connection. */
  abandon(): void {
    if (this.#over) return;
    const { attempt } = this;
    const sent = this.#leave();
    recordLeft(attempt, this.#run, sent, true);
    attempt.stop();
    this.#closeUpstream();
    this.#giveError(attempt.signal.reason);
  }

  /** Ends the stream as failed. Returns the error. */
  fail(error: unknown): unknown {
    const { attempt } = this;
    const failure = failureOf(error, attempt);
    if (this.#over) return failure;
    const sent = this.#leave();
    // Time in which the reader does not read does not count against the target.
    const isUnread = this.#timers.hasBegun && this.#receiver === undefined;
    if (isRouterError(failure, 'provider') && failure.kind !== 'aborted' && !isUnread)
      attempt.fail(failure, sent);
    else recordLeft(attempt, this.#run, sent, attempt.signal.aborted || isRouterError(failure, 'output'));
    attempt.stop();
    this.#closeUpstream();
    return failure;
  }

  /** The whole answer, once `finish` has come. From then on its attempt is no longer tracked. */
  answer(finish: ProviderFinishPart): Answer {
    this.#end();
    return {
      isStreamed: true,
      content: this.collected.content(),
      finishReason: finish.finishReason,
      usage: finish.usage,
      ...(finish.cost === undefined ? {} : { cost: finish.cost }),
      response: this.info.response,
      warnings: this.info.warnings,
      providerMetadata: finish.providerMetadata ?? {},
      raw: finish.raw,
      ...(finish.origin === undefined ? {} : { origin: finish.origin }),
    };
  }

  #pull(): void {
    while (!this.#over) {
      const part = this.#answer?.ready?.();
      if (part === undefined) break;
      if (this.#deliver(part)) return;
    }
    try {
      const pulling = this.#upstream === undefined ? this.#open() : this.#upstream.next();
      pulling.then(this.#onResult, this.#onThrown);
    } catch (error) {
      this.#onThrown(error);
    }
  }

  /** Starts the provider's call and pulls its first part, which sends it, inside the plugins' wrappers. */
  #open(): Promise<IteratorResult<ProviderStreamPart>> {
    const { observers, channel, carry } = this.attempt;
    const open = (): Promise<IteratorResult<ProviderStreamPart>> => {
      this.#answer = channel.provider.stream({ ...this.#request, ...carry });
      this.#upstream = this.#answer[Symbol.asyncIterator]();
      return this.#upstream.next();
    };
    return observers === undefined ? open() : observers.around(open);
  }

  readonly #onResult = (result: IteratorResult<ProviderStreamPart>): void => {
    if (this.#over) return;
    if (result.done === true)
      this.#onThrown(this.#broken('truncated', 'the stream ended without its terminal event'));
    else if (!this.#deliver(result.value)) this.#pull();
  };

  /** Gives a part to the pending read. Returns whether that is over. */
  #deliver(part: ProviderStreamPart): boolean {
    let read: ReadPart | undefined;
    try {
      read = this.#take(part);
    } catch (error) {
      this.#onThrown(error);
      return true;
    }
    if (read === undefined) return false;
    this.#timers.rest();
    const receiver = this.#receiver;
    this.#receiver = undefined;
    receiver?.onPart(read);
    return true;
  }

  readonly #onThrown = (error: unknown): void => {
    if (!this.#over) this.#giveError(this.fail(error));
  };

  /** The attempt is aborted. */
  handleEvent(): void {
    this.#giveError(this.fail(this.attempt.signal.reason));
  }

  #giveError(error: unknown): void {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    receiver?.onError(error);
  }

  /** Processes one part; returns what goes to the reader. */
  #take(part: ProviderStreamPart): ReadPart | undefined {
    if (part.type === 'response') return this.#note(part);
    if (part.type === 'finish') return this.#finish(part);
    const seam = this.#seam;
    if (seam === undefined || part.type !== 'text-delta') return this.#add(part, isToken(part));
    const held = seam.held + part.text;
    const text = seam.push(part.text);
    if (text === undefined) return this.#beginAgain(held);
    return this.#addText(text, part.text !== '');
  }

  #addText(text: string, isToken = true): StreamContent {
    return this.#add(toText(text, this.#takeover?.continuation.id), isToken);
  }

  #add(part: StreamContent, isToken: boolean): StreamContent {
    this.collected.add(part);
    if (isToken) this.#timers.token();
    else this.#timers.noToken();
    return part;
  }

  #note(part: ProviderResponsePart): undefined {
    noteResponse(this.info, part);
    this.attempt.active();
    if (part.limits !== undefined) this.attempt.noteLimits(part.limits);
  }

  #finish(part: ProviderFinishPart): ReadPart {
    this.info.usage = part.usage;
    const held = this.#seam?.held ?? '';
    const rest = this.#seam === undefined ? '' : this.#seam.end();
    const last = rest === '' ? part : rest === undefined ? this.#beginAgain(held) : this.#addText(rest);
    this.#timers.stop();
    // Lets the provider finish, so that the connection can be reused.
    this.#upstream?.next().then(undefined, () => {});
    if (last !== part) this.#ahead.push(part);
    return last;
  }

  /** The target started over instead of continuing: a restart, if the reader allows it. */
  #beginAgain(held: string): Restart {
    const { target } = this.attempt;
    const summary = 'the target began the answer again instead of continuing it';
    if (this.#takeover?.onBeginsAgain(target) !== true) {
      this.#unseen = held;
      throw this.#broken('malformed', summary, 'request');
    }
    this.#seam = undefined;
    this.info.warnings = this.info.warnings.slice(1);
    this.collected = new Accumulator();
    this.#ahead.push(this.#add(toText(held, undefined), true));
    return { type: 'restart', target: target.id };
  }

  #broken(kind: 'truncated' | 'malformed', summary: string, scope?: 'request'): ProviderError {
    const provider = this.attempt.channel.provider.name;
    return new ProviderError({ kind, provider, answered: true, summary, scope });
  }

  /** Stops reading before the end. Returns what the target has sent, read or not. */
  #leave(): Sent {
    const before = this.#seam === undefined ? '' : this.#takeover?.continuation.before;
    const read = this.collected.text().slice(before?.length) + this.collected.beside();
    const text = read + (this.#unseen ?? this.#seam?.held ?? '');
    const end = this.#ahead.filter(({ type }) => type === 'finish');
    this.#end();
    return withUnread({ ...this.info, text }, [...end, ...(this.#answer?.arrived?.() ?? [])]);
  }

  #end(): void {
    this.#over = true;
    this.#ahead = this.#ahead.filter(({ type }) => type !== 'finish');
    this.#timers.stop();
    this.attempt.signal.removeEventListener('abort', this);
  }

  #closeUpstream(): void {
    Promise.resolve(this.#upstream?.return?.()).catch(() => {});
  }
}

/** Reads one part of a source. */
export function readPart({ current }: Pick<StreamSource, 'current'>): Promise<ReadPart> {
  return new Promise((onPart, onError) => current.read({ onPart, onError }));
}
