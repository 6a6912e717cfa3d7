import { OutputError, type ProviderError, StreamInterruptedError } from '../../../errors.ts';
import type { LookupHit } from '../../../types/plugin.ts';
import type { ProviderFinishPart } from '../../../types/provider.ts';
import type { ContentPart, ToolCallPart } from '../../../types/request/message.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import type { StreamContent, StreamPart } from '../../../types/result/stream-part.ts';
import type { ChatStream } from '../../../types/router.ts';
import { orAbort } from '../../../util/time/abort.ts';
import { judge } from '../../answer/judge.ts';
import { endWithheld } from '../../answer/withheld.ts';
import type { RequestState } from '../../request.ts';
import { answerOf, free, inputOf, isLive, judgeFound, settled } from '../replay.ts';
import { accumulator } from './accumulate.ts';
import { OpenedChatStream } from './chat-stream.ts';
import { Passage } from './passage.ts';
import { isToken, type ReadPart, type StreamInfo } from './read-stream.ts';
import { StreamReader, type StreamSource } from './stream-reader.ts';

/** An answer found by a plugin, as a stream; `undefined` if it is not usable. */
export async function replayStream(
  request: RequestState,
  { answer }: LookupHit,
): Promise<ChatStream | undefined> {
  const replay = isLive(answer)
    ? await opened(new Replay(request, answer[Symbol.asyncIterator](), answer.result), request)
    : await stored(request, answer);
  return replay && new OpenedChatStream(replay, new StreamReader(request, replay));
}

/** A stored answer is validated and transformed before any of it is delivered. */
async function stored(
  request: RequestState,
  answer: Parameters<typeof settled>[1],
): Promise<Replay | undefined> {
  const found = await settled(request, answer);
  const result = found === undefined ? undefined : await judgeFound(request, found as ChatResult);
  return result && new Replay(request, partsOf(result.content), result);
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

/** A found answer as a stream source. It cannot be replaced if it breaks. */
class Replay implements StreamSource {
  readonly current = this;
  readonly passage: Passage | undefined;
  target = '';
  readonly info: StreamInfo = { usage: {}, response: { headers: {} }, warnings: [] };
  readonly #request: RequestState;
  readonly #parts: AsyncIterator<StreamPart>;
  readonly #result: PromiseLike<ChatResult>;
  /** Whether it has passed all checks. */
  readonly #isJudged: boolean;
  readonly #early: ReadPart[] = [];
  #collected = accumulator();

  constructor(
    request: RequestState,
    parts: AsyncIterator<StreamPart>,
    result: ChatResult | PromiseLike<ChatResult>,
  ) {
    this.#request = request;
    this.#parts = parts;
    this.#isJudged = !('then' in result);
    this.#result = 'then' in result ? result : Promise.resolve(result);
    this.passage = this.#isJudged ? undefined : Passage.of(request);
    if (!('then' in result)) this.#know(result);
  }

  async begin(): Promise<void> {
    for (;;) {
      const part = await this.#next();
      this.#early.push(part);
      if (part.type === 'finish' || isToken(part)) return;
    }
  }

  read(onPart: (part: ReadPart) => void, onError: (error: unknown) => void): void {
    const early = this.#early.shift();
    if (early === undefined) this.#next().then(onPart, onError);
    else onPart(early);
  }

  async finish(): Promise<ChatResult> {
    const result = await this.#result;
    if (this.#isJudged) return result;
    const { target } = result;
    const answer = { ...answerOf(result), isStreamed: true };
    const shown = this.passage?.complete(answer) ?? answer;
    const verdict = await judge(this.#request, inputOf(this.#request), shown, { target, cost: free });
    if ('result' in verdict) return verdict.result;
    throw new OutputError(verdict.by, verdict.issues, this.#request.attempts, verdict.plugin);
  }

  recover(error: unknown): Promise<never> {
    return Promise.reject(error);
  }

  withheld(error: unknown): ChatResult | undefined {
    const content = this.passage?.shown?.content() ?? [];
    return endWithheld(this.#request, error, this.info, content, this.target);
  }

  reject(): void {
    void this.#parts.return?.();
  }

  interruption(reason?: ProviderError, summary?: string): StreamInterruptedError {
    this.reject();
    const shown = this.passage?.shown ?? this.#collected;
    const partial = { text: shown.text(), content: shown.content() };
    return new StreamInterruptedError({ partial, usage: {}, attempts: [], reason, summary });
  }

  neverRestart(): void {
    // Restarts are decided elsewhere: a reader that cannot show one gets an error instead.
    this.#mayRestart = false;
  }
  #mayRestart = true;

  async #next(): Promise<ReadPart> {
    const read = await orAbort(this.#parts.next(), this.#request.signal);
    if (read.done === true || read.value.type === 'finish') return this.#last();
    const part = read.value;
    if (part.type === 'restart') {
      if (!this.#mayRestart) throw this.interruption();
      this.#collected = accumulator();
    } else {
      this.#collected.add(part);
      if (isToken(part)) this.#request.firstTokenAt ??= this.#request.env.clock.now();
    }
    return part;
  }

  async #last(): Promise<ProviderFinishPart> {
    const result = await orAbort(Promise.resolve(this.#result), this.#request.signal);
    this.#know(result);
    return { type: 'finish', finishReason: result.finishReason, usage: result.usage };
  }

  #know({ target, response, warnings, usage }: ChatResult): void {
    this.target = target;
    Object.assign(this.info, { response, warnings, usage });
  }
}

/** Content as the parts of a stream, one part each. */
async function* partsOf(content: readonly ContentPart[]): AsyncGenerator<StreamContent> {
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
