import { isRouterError, ProviderError } from '../../../errors.ts';
import type {
  ProviderFinishPart,
  ProviderResponsePart,
  ProviderStreamPart,
} from '../../../types/provider.ts';
import type { ResponseInfo, Warning } from '../../../types/result/result.ts';
import type { Restart, StreamContent } from '../../../types/result/stream-part.ts';
import type { Usage } from '../../../types/result/usage.ts';
import type { Answer, ChatInput } from '../../answer/answer.ts';
import type { Attempt } from '../../attempt/attempt.ts';
import type { AttemptMeasures } from '../../attempt/billing.ts';
import { failureOf } from '../../attempt/follow.ts';
import type { RequestState } from '../../request.ts';
import { type Accumulator, accumulator } from './accumulate.ts';
import { type Continuation, type Splice, splice } from './continuation.ts';
import { StreamTimers } from './stream-timers.ts';

/** A part of one target's stream: content, or once and last the proof that it is complete; `restart` as for the reader. */
export type ReadPart = StreamContent | Restart | ProviderFinishPart;

/** What a vendor has said of its answer so far. */
export interface StreamInfo {
  usage: Usage;
  response: ResponseInfo;
  warnings: readonly Warning[];
}

/** What is read of one target, and how to go on from another stream. */
export interface ReadStreamInit {
  readonly run: RequestState;
  readonly attempt: Attempt;
  readonly request: ChatInput['request'];
  /** Of another stream, the text of which this one takes up. */
  readonly continuation: Continuation | undefined;
  /** The target does not continue the text, but begins it again. Whether the reader may have that as a restart. */
  onBeginsAgain(): boolean;
}

/** One target's stream, read part by part. Its timeouts between tokens run only while somebody waits for a part. */
export class ReadStream {
  readonly attempt: Attempt;
  collected: Accumulator = accumulator();
  readonly info: StreamInfo;
  readonly #init: ReadStreamInit;
  readonly #timers: StreamTimers;
  #seam: Splice | undefined;
  #upstream: AsyncIterator<ProviderStreamPart> | undefined;
  /** Parts that come before what is read from now on. */
  #ahead: ReadPart[] = [];
  /** The one that waits for the next part. An abort reaches it at once, even if the provider does not care. */
  #onPart: ((part: ReadPart) => void) | undefined;
  #onError: ((error: unknown) => void) | undefined;
  /** Text that came and is in no part. */
  #unseen: string | undefined;
  #over = false;

  constructor(init: ReadStreamInit) {
    const { run, attempt, continuation } = init;
    const { target, signal } = attempt;
    this.#init = init;
    this.attempt = attempt;
    this.info = { usage: {}, response: { headers: {} }, warnings: [] };
    if (continuation !== undefined) {
      this.info.warnings = [continuedBy(target.id)];
      this.#seam = splice(continuation, target.capabilities.prefill === 'echo');
      this.collected.add(toText(continuation.before, continuation.id));
    }
    this.#timers = new StreamTimers(target, run, (summary) => attempt.expire(summary));
    signal.addEventListener('abort', this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
    else this.#timers.start();
  }

  /**
   * Asks for the next part, and calls one of the two, one time. `onError` gets what ended the attempt, which is booked by then. Not to
   * be asked again before.
   */
  read(onPart: (part: ReadPart) => void, onError: (error: unknown) => void): void {
    const part = this.#ahead.length === 0 ? undefined : this.#ahead.shift(); // to shift nothing takes its time
    if (part !== undefined) {
      onPart(part);
      return;
    }
    if (this.#over) {
      onError(failureOf(undefined, this.attempt));
      return;
    }
    this.#onPart = onPart;
    this.#onError = onError;
    this.#timers.wait();
    this.#pull();
  }

  /** Has parts that have been read come once more. */
  putBack(parts: readonly ReadPart[]): void {
    this.#ahead.unshift(...parts);
  }

  /** Ends it early, without a verdict on the target, and closes its connection. */
  abandon(): void {
    if (this.#over) return;
    this.#end();
    this.attempt.abandon(this.#seen(), true);
    this.attempt.stop();
    this.#closeUpstream();
    this.#giveError(this.attempt.signal.reason);
  }

  /** Ends it as failed; returns what it failed with. */
  fail(error: unknown): unknown {
    const { attempt } = this;
    const failure = failureOf(error, attempt);
    if (this.#over) return failure;
    this.#end();
    // The time that a reader lets pass is not the target's.
    const isUnread = this.#timers.hasBegun && this.#onPart === undefined;
    if (isRouterError(failure, 'provider') && failure.kind !== 'aborted' && !isUnread)
      attempt.fail(failure, this.#seen());
    else attempt.abandon(this.#seen(), attempt.signal.aborted || isRouterError(failure, 'output'));
    attempt.stop();
    this.#closeUpstream();
    return failure;
  }

  /** The whole answer, once `finish` has come. From then on its attempt is no longer followed. */
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
    try {
      const pulling = this.#upstream === undefined ? this.#open() : this.#upstream.next();
      pulling.then(this.#onResult, this.#onThrown);
    } catch (error) {
      this.#onThrown(error);
    }
  }

  /** Starts the provider's call, which is sent when its first part is pulled: both within what plugins put around it. */
  #open(): Promise<IteratorResult<ProviderStreamPart>> {
    const { request, attempt } = this.#init;
    const { observers, channel, carry } = attempt;
    const open = (): Promise<IteratorResult<ProviderStreamPart>> => {
      this.#upstream = channel.provider.stream({ ...request, ...carry })[Symbol.asyncIterator]();
      return this.#upstream.next();
    };
    return observers === undefined ? open() : observers.around(open);
  }

  readonly #onResult = (result: IteratorResult<ProviderStreamPart>): void => {
    if (this.#over) return;
    let part: ReadPart | undefined;
    try {
      part = this.#take(result);
    } catch (error) {
      this.#onThrown(error);
      return;
    }
    if (part === undefined) {
      this.#pull();
      return;
    }
    this.#timers.rest();
    const onPart = this.#onPart;
    this.#onPart = undefined;
    onPart?.(part);
  };

  readonly #onThrown = (error: unknown): void => {
    if (!this.#over) this.#giveError(this.fail(error));
  };

  readonly #onAbort = (): void => this.#giveError(this.fail(this.attempt.signal.reason));

  #giveError(error: unknown): void {
    const onError = this.#onPart === undefined ? undefined : this.#onError;
    this.#onPart = undefined;
    onError?.(error);
  }

  /** Takes one part in; returns what is for the reader. */
  #take(result: IteratorResult<ProviderStreamPart>): ReadPart | undefined {
    if (result.done === true) throw this.#broken('truncated', 'the stream ended without its terminal event');
    const part = result.value;
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
    return this.#add(toText(text, this.#init.continuation?.id), isToken);
  }

  #add(part: StreamContent, isToken: boolean): StreamContent {
    this.collected.add(part);
    if (isToken) this.#timers.token();
    else this.#timers.noToken();
    return part;
  }

  #note(part: ProviderResponsePart): undefined {
    const { info } = this;
    info.response = {
      ...info.response,
      ...(part.id === undefined ? {} : { id: part.id }),
      ...(part.model === undefined ? {} : { model: part.model }),
      ...(part.serviceTier === undefined ? {} : { serviceTier: part.serviceTier }),
      ...(part.region === undefined ? {} : { region: part.region }),
      ...(part.headers === undefined ? {} : { headers: part.headers }),
      ...(part.limits === undefined ? {} : { limits: part.limits }),
    };
    this.attempt.noteLimits(part.limits);
    if (part.warnings !== undefined) info.warnings = [...info.warnings, ...part.warnings];
    if (part.usage !== undefined) info.usage = part.usage;
  }

  #finish(part: ProviderFinishPart): ReadPart {
    this.info.usage = part.usage;
    const held = this.#seam?.held ?? '';
    const rest = this.#seam === undefined ? '' : this.#seam.end();
    const last = rest === '' ? part : rest === undefined ? this.#beginAgain(held) : this.#addText(rest);
    this.#timers.stop();
    // Lets the provider come to its own end, so that its connection can be used again.
    this.#upstream?.next().then(undefined, () => {});
    if (last !== part) this.#ahead.push(part);
    return last;
  }

  /** What was to be continued has been begun again: a whole answer, if that is what the reader may have. */
  #beginAgain(held: string): Restart {
    const { attempt, onBeginsAgain } = this.#init;
    const summary = 'the target began the answer again instead of continuing it';
    if (!onBeginsAgain()) {
      this.#unseen = held;
      throw this.#broken('malformed', summary, 'request');
    }
    this.#seam = undefined;
    this.info.warnings = this.info.warnings.slice(1);
    this.collected = accumulator();
    this.#ahead.push(this.#add(toText(held, undefined), true));
    return { type: 'restart', target: attempt.target.id };
  }

  #broken(kind: 'truncated' | 'malformed', summary: string, scope?: 'request'): ProviderError {
    const provider = this.attempt.channel.provider.name;
    return new ProviderError({ kind, provider, answered: true, summary, scope });
  }

  #seen(): AttemptMeasures {
    const before = this.#seam === undefined ? '' : this.#init.continuation?.before;
    const { usage, response } = this.info;
    const text = this.collected.text().slice(before?.length) + this.collected.beside();
    return { usage, text: text + (this.#unseen ?? this.#seam?.held ?? ''), response };
  }

  #end(): void {
    this.#over = true;
    this.#ahead = this.#ahead.filter(({ type }) => type !== 'finish');
    this.#timers.stop();
    this.attempt.signal.removeEventListener('abort', this.#onAbort);
  }

  #closeUpstream(): void {
    Promise.resolve(this.#upstream?.return?.()).catch(() => {});
  }
}

/** Whether a part is something to see. Pings, roles, empty deltas and raw chunks are not. */
export function isToken(part: StreamContent | Restart): boolean {
  if (part.type === 'text-delta' || part.type === 'reasoning-delta') return part.text !== '';
  return part.type !== 'raw' && part.type !== 'restart';
}

function toText(text: string, id: string | undefined): StreamContent & { readonly type: 'text-delta' } {
  return { type: 'text-delta', text, ...(id === undefined ? {} : { id }) };
}

function continuedBy(target: string): Warning {
  return { type: 'other', feature: 'interrupted', details: `the rest of the answer is of ${target}` };
}
