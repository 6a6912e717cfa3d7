import { isRouterError, OutputError, ProviderError, StreamInterruptedError } from '../../../errors.ts';
import type { LookupHit } from '../../../types/plugin.ts';
import type { ProviderFinishPart } from '../../../types/provider.ts';
import type { ContentPart, ToolCallPart } from '../../../types/request/message.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import type { Restart, StreamContent, StreamPart } from '../../../types/result/stream-part.ts';
import type { ChatStream } from '../../../types/router.ts';
import { orAbort } from '../../../util/time/abort.ts';
import { judge } from '../../answer/judge.ts';
import { endWithheld } from '../../answer/withheld.ts';
import { type AttemptError, isAttemptError } from '../../attempt/attempt-error.ts';
import { startFailover } from '../../failover/start.ts';
import type { RequestState } from '../../request.ts';
import { chooseRoute } from '../../routing/more/choose-route.ts';
import { answerOf, free, inputOf, isLive, judgeFound, noteSaved, settled } from '../replay.ts';
import { Accumulator, isToken, noInfo, type ReadPart, type StreamInfo } from './accumulate.ts';
import { openedStream } from './chat-stream.ts';
import { openStream } from './open-stream.ts';
import { Passage } from './passage.ts';
import { Recovery } from './recovery.ts';
import type { PartReceiver, StreamSource } from './stream-source.ts';

/** An answer found by a plugin, as a stream; `undefined` if it is not usable. */
export async function replayStream(
  request: RequestState,
  { answer, parts }: LookupHit,
): Promise<ChatStream | undefined> {
  const replay = isLive(answer)
    ? await opened(new Replay(request, answer[Symbol.asyncIterator](), answer.result), request)
    : await stored(request, answer, parts);
  return replay && openedStream(request, replay);
}

/** A stored answer is validated and transformed before any of it is delivered. */
async function stored(
  request: RequestState,
  answer: Parameters<typeof settled>[1],
  parts: LookupHit['parts'],
): Promise<Replay | undefined> {
  const found = await settled(request, answer);
  const result = found === undefined ? undefined : await judgeFound(request, found as ChatResult);
  if (result === undefined) return undefined;
  const isUnchanged = result.content === (found as ChatResult).content;
  const delivered = isUnchanged && parts !== undefined ? parts : partsOf(result.content);
  return new Replay(request, iteratorOf(delivered), result);
}

function iteratorOf(parts: NonNullable<LookupHit['parts']>): AsyncIterator<StreamPart> {
  if (Symbol.asyncIterator in parts) return parts[Symbol.asyncIterator]();
  const iterator = parts[Symbol.iterator]();
  return {
    next: async () => iterator.next(),
    return: async () => {
      iterator.return?.();
      return { done: true, value: undefined };
    },
  };
}

/** Reads an answer still in progress up to its first token; `undefined` if it breaks before that. */
async function opened(replay: Replay, { signal }: RequestState): Promise<Replay | undefined> {
  try {
    await replay.begin();
    return replay;
  } catch {
    if (signal.aborted) throw signal.reason;
    return undefined;
  }
}

/**
 * A found answer as a stream source. If one that is still coming breaks off, the request goes to targets after
 * all, where `interrupted` allows a restart.
 */
class Replay implements StreamSource {
  /** The targets' own stream, once the request has gone to them. */
  #recovery: Recovery | undefined;
  readonly #passage: Passage | undefined;
  #target = '';
  readonly #info: StreamInfo = noInfo();
  readonly #request: RequestState;
  readonly #parts: AsyncIterator<StreamPart>;
  readonly #result: PromiseLike<ChatResult>;
  /** Whether it has passed all checks. */
  readonly #isJudged: boolean;
  readonly #early: ReadPart[] = [];
  #collected = new Accumulator();

  constructor(
    request: RequestState,
    parts: AsyncIterator<StreamPart>,
    result: ChatResult | PromiseLike<ChatResult>,
  ) {
    this.#request = request;
    this.#parts = parts;
    this.#isJudged = !('then' in result);
    this.#result = 'then' in result ? result : Promise.resolve(result);
    this.#passage = this.#isJudged ? undefined : Passage.of(request);
    if (!('then' in result)) this.#know(result);
  }

  get current(): StreamSource['current'] {
    return this.#recovery?.current ?? this;
  }

  get passage(): Passage | undefined {
    return this.#recovery === undefined ? this.#passage : this.#recovery.passage;
  }

  get target(): string {
    return this.#recovery?.target ?? this.#target;
  }

  get info(): StreamInfo {
    return this.#recovery?.info ?? this.#info;
  }

  async begin(): Promise<void> {
    for (;;) {
      const part = await this.#next();
      this.#early.push(part);
      if (part.type === 'finish' || isToken(part)) return;
    }
  }

  read(receiver: PartReceiver): void {
    const early = this.#early.shift();
    if (early !== undefined) receiver.onPart(early);
    else
      this.#next().then(
        (part) => receiver.onPart(part),
        (error: unknown) => receiver.onError(this.#brokenBy(error)),
      );
  }

  async finish(part: ProviderFinishPart): Promise<ChatResult> {
    if (this.#recovery !== undefined) return this.#recovery.finish(part);
    const result = await this.#result;
    if (this.#isJudged) return result;
    const { target } = result;
    noteSaved(this.#request, result);
    const answer = { ...answerOf(result), isStreamed: true };
    const shown = this.#passage?.complete(answer) ?? answer;
    const verdict = await judge(this.#request, inputOf(this.#request), shown, { target, cost: free });
    if ('result' in verdict) return verdict.result;
    throw new OutputError(verdict.by, verdict.issues, this.#request.attempts, verdict.plugin);
  }

  async recover(error: AttemptError): Promise<Restart | undefined> {
    if (this.#recovery !== undefined) return this.#recovery.recover(error);
    const request = this.#request;
    const { interrupted, signal } = request;
    const restarts = interrupted === 'restart' || interrupted === 'continue-or-restart';
    if (isRouterError(error, 'output')) throw error;
    const broken = this.interruption(error);
    if (!restarts || !this.#mayRestart) throw broken;
    request.lookup = undefined;
    request.decision = undefined;
    try {
      this.#recovery = await openAtTargets(request);
    } catch (failure) {
      if (signal.aborted) throw failure;
      throw broken;
    }
    const restart: Restart = { type: 'restart', target: this.#recovery.target };
    this.#recovery.passage?.pass(restart);
    return restart;
  }

  withheld(error: unknown): ChatResult | undefined {
    const content = this.passage?.shown?.content() ?? [];
    return endWithheld(this.#request, error, this.info, content, this.target);
  }

  reject(error?: unknown): void {
    if (this.#recovery !== undefined) this.#recovery.reject(error);
    else void this.#parts.return?.();
  }

  interruption(reason?: ProviderError, summary?: string): StreamInterruptedError {
    if (this.#recovery !== undefined) return this.#recovery.interruption(reason, summary);
    void this.#parts.return?.();
    const shown = this.#passage?.shown ?? this.#collected;
    const partial = { text: shown.text(), content: shown.content() };
    return new StreamInterruptedError({ partial, usage: {}, attempts: [], reason, summary });
  }

  neverRestart(): void {
    this.#mayRestart = false;
    this.#recovery?.neverRestart();
  }
  #mayRestart = true;
  #hasParts = false;
  /** What is left of an answer that was not delivered in parts. */
  readonly #late: ReadPart[] = [];

  /** The reader's error when an answer shared with another request breaks off. */
  #brokenBy(error: unknown): unknown {
    if (this.#request.signal.aborted || isRouterError(error, 'stream-interrupted')) return error;
    if (this.#isJudged || isAttemptError(error)) return error;
    const summary = 'the answer of another request, which this one shares, broke off';
    const provider = this.#target === '' ? 'lookup' : this.#target;
    return new ProviderError({ kind: 'truncated', provider, answered: true, summary, cause: error });
  }

  async #next(): Promise<ReadPart> {
    const late = this.#late.shift();
    if (late !== undefined) return late;
    const read = await orAbort(this.#parts.next(), this.#request.signal);
    if (read.done === true || read.value.type === 'finish') return this.#last();
    const part = read.value;
    this.#hasParts = true;
    if (part.type === 'restart') {
      if (!this.#mayRestart) throw this.interruption();
      this.#collected = new Accumulator();
    } else {
      this.#collected.add(part);
      if (isToken(part)) this.#request.firstTokenAt ??= this.#request.env.clock.now();
    }
    return part;
  }

  async #last(): Promise<ReadPart> {
    const result = await orAbort(Promise.resolve(this.#result), this.#request.signal);
    this.#know(result);
    if (this.#hasParts) return finishOf(result);
    // It was not delivered in parts.
    this.#hasParts = true;
    for (const part of partsOf(result.content)) {
      this.#collected.add(part);
      this.#late.push(part);
    }
    this.#late.push(finishOf(result));
    return this.#next();
  }

  #know({ target, response, warnings, usage }: ChatResult): void {
    this.#target = target;
    Object.assign(this.#info, { response, warnings, usage });
  }
}

function finishOf({ finishReason, usage }: ChatResult): ProviderFinishPart {
  return { type: 'finish', finishReason, usage };
}

/** Sends a request to targets after all. */
async function openAtTargets(request: RequestState): Promise<Recovery> {
  const failover = startFailover(request, await chooseRoute(request));
  const asked = inputOf(request);
  const opened = await failover.run(
    (reservation, slot) => openStream(request, reservation, asked, slot),
    (lost) => lost.abandon(),
  );
  return new Recovery(request, failover, asked, opened);
}

/** Content as the parts of a stream, one part each. */
function* partsOf(content: readonly ContentPart[]): Generator<StreamContent> {
  for (const [index, part] of content.entries()) {
    if (part.type === 'text' || part.type === 'reasoning') {
      const { type, ...rest } = part;
      yield { type: `${type}-delta`, id: String(index), ...rest };
    } else {
      if (part.type === 'tool-call') yield* beginningOf(part);
      yield part;
    }
  }
}

function* beginningOf({ toolCallId, toolName, input }: ToolCallPart): Generator<StreamContent> {
  yield { type: 'tool-call-start', toolCallId, toolName };
  yield { type: 'tool-call-delta', toolCallId, text: JSON.stringify(input) ?? '' };
}
