import { isRouterError, type ProviderError, StreamInterruptedError } from '../../../errors.ts';
import type { ProviderFinishPart } from '../../../types/provider.ts';
import type { ChatResult } from '../../../types/result/result.ts';
import type { Restart } from '../../../types/result/stream-part.ts';
import { LinkedAbort } from '../../../util/time/abort.ts';
import type { ChatInput } from '../../answer/answer.ts';
import { finalize } from '../../answer/finalize.ts';
import { endWithheld } from '../../answer/withheld.ts';
import { type AttemptError, isAttemptError } from '../../attempt/attempt-error.ts';
import type { Eligible } from '../../failover/channel-option.ts';
import type { Failover } from '../../failover/failover.ts';
import type { RequestState } from '../../request.ts';
import type { Target } from '../../targets/target.ts';
import type { StreamInfo } from './accumulate.ts';
import { continuationOf, continues } from './continuation.ts';
import { abandon, openStream } from './open-stream.ts';
import { Passage } from './passage.ts';
import type { ReadStream } from './read-stream.ts';
import type { StreamSource, Takeover } from './stream-source.ts';

/** A stream the caller reads no longer has competitors. */
const onlySlot = { win: () => true, signal: new LinkedAbort().signal };

/**
 * The current stream of a request, and its recovery when the target breaks off after the first token or its
 * answer is rejected: as `interrupted` configures, another target continues the answer or restarts it.
 */
export class Recovery implements StreamSource {
  /** The stream in use. */
  current: ReadStream;
  readonly passage: Passage | undefined;
  readonly #run: RequestState;
  readonly #failover: Failover;
  readonly #asked: ChatInput;
  readonly #mayContinue: boolean;
  #mayRestart: boolean;
  /** Targets that started over when asked to continue. */
  #beganAgain: ReadonlySet<Target> | undefined;

  constructor(run: RequestState, failover: Failover, asked: ChatInput, opened: ReadStream) {
    this.current = opened;
    this.passage = Passage.of(run);
    this.#run = run;
    this.#failover = failover;
    this.#asked = asked;
    // Text that plugins hold back may not be the end of the answer.
    const mayContinue = this.passage?.changes !== true;
    this.#mayContinue =
      mayContinue && (run.interrupted === 'continue' || run.interrupted === 'continue-or-restart');
    this.#mayRestart = run.interrupted === 'restart' || run.interrupted === 'continue-or-restart';
  }

  /** Disables restarts: the reader cannot take back its output. */
  neverRestart(): void {
    this.#mayRestart = false;
  }

  /**
   * The error the reader gets if the stream ends now.
   *
   * @param reason why the target broke off, if it did
   * @param summary another cause. Default: the reader stopped
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
   * Replaces a failed stream with another target's. Resolves with the `restart` part on a restart and with
   * `undefined` on a continuation. Rejects with the reader's error.
   */
  async recover(error: AttemptError): Promise<Restart | undefined> {
    const reason = isRouterError(error, 'provider') ? error : undefined;
    const broken = this.interruption(reason);
    this.#failover.failed(this.current.attempt.channel, error);
    if (this.#mayContinue && reason !== undefined && (await this.#hasContinued(reason))) return undefined;
    // Output the reader has not seen need not be taken back.
    const isUnseen = this.passage?.isBlank === true;
    const mayRestart = this.#mayRestart || isUnseen;
    if (!mayRestart || !this.#failover.mayGoOn(error)) throw reason === undefined ? error : broken;
    try {
      await this.#replace();
    } catch (failure) {
      if (this.#run.signal.aborted) throw failure;
      if (isRouterError(error, 'output') && error.by === 'guard') throw error;
      const { partial, usage } = broken;
      throw new StreamInterruptedError({ partial, usage, attempts: this.#run.attempts, reason });
    }
    const restart: Restart = { type: 'restart', target: this.current.attempt.target.id };
    this.passage?.pass(restart);
    return isUnseen ? undefined : restart;
  }

  /** Records and validates the complete answer. */
  finish(part: ProviderFinishPart): Promise<ChatResult> {
    const { attempt } = this.current;
    const answer = this.current.answer(part);
    const shown = this.passage?.complete(answer) ?? answer;
    return finalize(this.#run, attempt, onlySlot, this.#asked, shown);
  }

  /** The end of an answer that a plugin withheld; `undefined` if the reader gets the error. */
  withheld(error: unknown): ChatResult | undefined {
    const content = this.passage?.shown?.content() ?? [];
    return endWithheld(this.#run, error, this.info, content, this.target);
  }

  /** Ends the target's stream after a plugin rejected it. */
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

  /** Whether another target has continued the text. */
  async #hasContinued(error: ProviderError): Promise<boolean> {
    const canContinue = (target: Target): boolean =>
      continues(target) && this.#beganAgain?.has(target) !== true;
    const continuation = continuationOf(this.#asked, this.current.collected);
    if (continuation === undefined || !this.#failover.mayGoOn(error, canContinue)) return false;
    try {
      const onBeginsAgain = (target: Target): boolean => {
        this.#beganAgain = new Set([...(this.#beganAgain ?? []), target]);
        return this.#mayRestart && continuation.leavesRoom;
      };
      await this.#replace({ continuation, onBeginsAgain }, canContinue);
      return true;
    } catch (failure) {
      if (this.#run.signal.aborted) throw failure;
      return false;
    }
  }

  async #replace(takeover?: Takeover, eligible?: Eligible): Promise<void> {
    const asked = takeover?.continuation.asked ?? this.#asked;
    this.current = await this.#failover.run(
      (reservation, slot) => openStream(this.#run, reservation, asked, slot, takeover),
      abandon,
      eligible,
    );
    if (this.#run.signal.aborted) throw this.#run.signal.reason;
  }
}
