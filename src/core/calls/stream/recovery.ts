import { isRouterError, type ProviderError, StreamInterruptedError } from '../../../errors.ts';
import type { ProviderFinishPart } from '../../../types/provider.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import type { Restart } from '../../../types/result/stream-part.ts';
import { linkedAbort } from '../../../util/time/abort.ts';
import type { ChatInput } from '../../answer/answer.ts';
import { finalize } from '../../answer/finalize.ts';
import { type AttemptError, isAttemptError } from '../../attempt/failure-policy.ts';
import type { Failover } from '../../failover/failover.ts';
import type { RequestState } from '../../request.ts';
import type { Target } from '../../targets/target.ts';
import { continuationOf, continues } from './continuation.ts';
import { openStream, type Takeover } from './open-stream.ts';
import { Passage } from './passage.ts';
import type { ReadStream, StreamInfo } from './read-stream.ts';
import type { StreamSource } from './stream-reader.ts';

/** A stream that the caller reads has no rivals any more. */
const onlySlot = { win: () => true, signal: linkedAbort().signal };

/**
 * The stream that a request reads from, and what becomes of it when its target breaks off after the first token, or when its answer is
 * not what was asked for: as `interrupted` says, another target continues the answer or restarts it.
 */
export class Recovery implements StreamSource {
  /** The stream that answers now. */
  current: ReadStream;
  readonly passage: Passage | undefined;
  readonly #run: RequestState;
  readonly #failover: Failover;
  readonly #asked: ChatInput;
  readonly #mayContinue: boolean;
  #mayRestart: boolean;
  /** Targets that began the answer again when they were to continue it. */
  readonly #beganAgain = new Set<Target>();

  constructor(run: RequestState, failover: Failover, asked: ChatInput, opened: ReadStream) {
    this.current = opened;
    this.passage = Passage.of(run);
    this.#run = run;
    this.#failover = failover;
    this.#asked = asked;
    // What plugins hold back of an answer is not known to be its end.
    const mayContinue = this.passage?.changes !== true;
    this.#mayContinue =
      mayContinue && (run.interrupted === 'continue' || run.interrupted === 'continue-or-restart');
    this.#mayRestart = run.interrupted === 'restart' || run.interrupted === 'continue-or-restart';
  }

  /** The reader cannot take back what it has shown. */
  neverRestart(): void {
    this.#mayRestart = false;
  }

  /**
   * What the reader gets when the stream ends now.
   *
   * @param reason why the target broke off, if it did
   * @param summary why, where it is something else. Default: the reader stopped
   */
  interruption(reason?: ProviderError, summary?: string): StreamInterruptedError {
    const { collected, info } = this.current;
    const shown = this.passage?.shown ?? collected;
    return new StreamInterruptedError({
      partial: { text: shown.text(), content: shown.content() },
      usage: info.usage,
      attempts: this.#run.attempts,
      reason,
      summary,
    });
  }

  /**
   * Puts another target's stream in the place of the one that failed. Resolves with the `restart` part where it restarts, and with
   * `undefined` where it continues. Rejects with what the reader gets.
   */
  async recover(error: AttemptError): Promise<Restart | undefined> {
    const reason = isRouterError(error, 'provider') ? error : undefined;
    const broken = this.interruption(reason);
    this.#failover.failed(this.current.attempt.channel, error);
    if (this.#mayContinue && reason !== undefined && (await this.#hasContinued(reason))) return undefined;
    // What nobody has seen need not be taken back.
    const isUnseen = this.passage?.isBlank === true;
    const mayRestart = this.#mayRestart || isUnseen;
    if (!mayRestart || !this.#failover.mayGoOn(error)) throw reason === undefined ? error : broken;
    try {
      await this.#replace();
    } catch (failure) {
      if (this.#run.signal.aborted) throw failure;
      const { partial, usage } = broken;
      throw new StreamInterruptedError({ partial, usage, attempts: this.#run.attempts, reason });
    }
    const restart: Restart = { type: 'restart', target: this.current.attempt.target.id };
    this.passage?.pass(restart);
    return isUnseen ? undefined : restart;
  }

  /** Books and judges the complete answer. */
  finish(part: ProviderFinishPart): Promise<ChatResult> {
    const { attempt } = this.current;
    const answer = this.current.answer(part);
    const shown = this.passage?.complete(answer) ?? answer;
    return finalize(this.#run, attempt, onlySlot, this.#asked, shown);
  }

  /** Ends the target's stream, the parts of which a plugin does not let pass. */
  reject(error: unknown): void {
    if (isAttemptError(error)) this.current.fail(error);
    else this.current.abandon();
  }

  get target(): string {
    return this.current.attempt.target.id;
  }

  get info(): StreamInfo {
    return this.current.info;
  }

  /** Whether another target has taken up the text. */
  async #hasContinued(error: ProviderError): Promise<boolean> {
    const continuation = continuationOf(this.#asked, this.current.collected);
    if (continuation === undefined || !this.#failover.mayGoOn(error, this.#canContinue)) return false;
    try {
      const onBeginsAgain = (target: Target): boolean => {
        this.#beganAgain.add(target);
        return this.#mayRestart && continuation.leavesRoom;
      };
      await this.#replace({ continuation, onBeginsAgain });
      return true;
    } catch (failure) {
      if (this.#run.signal.aborted) throw failure;
      return false;
    }
  }

  readonly #canContinue = (target: Target): boolean => continues(target) && !this.#beganAgain.has(target);

  async #replace(takeover?: Takeover): Promise<void> {
    const asked = takeover?.continuation.asked ?? this.#asked;
    this.current = await this.#failover.run(
      (reservation, slot) => openStream(this.#run, reservation, asked, slot, takeover),
      (lost) => lost.abandon(),
      takeover && this.#canContinue,
    );
    if (this.#run.signal.aborted) throw this.#run.signal.reason;
  }
}
