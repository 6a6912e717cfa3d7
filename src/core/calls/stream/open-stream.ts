import { type ChatInput, contentFilterFailure } from '../../answer/answer.ts';
import { beginAttempt } from '../../attempt/attempt.ts';
import type { ChannelReservation } from '../../attempt/reservation.ts';
import type { AttemptSlot } from '../../failover/race.ts';
import type { RequestState } from '../../request.ts';
import type { Target } from '../../targets/target.ts';
import { isToken, type ReadPart } from './accumulate.ts';
import type { Continuation } from './continuation.ts';
import { ReadStream } from './read-stream.ts';

/** How a stream takes over from another one. */
export interface Takeover {
  readonly continuation: Continuation;
  /**
   * Called when a target starts over instead of continuing. Returns whether the reader may get that as a
   * restart.
   */
  onBeginsAgain(target: Target): boolean;
}

/**
 * Starts a stream at a target and reads up to its first token. A failure before that is a failed attempt the
 * reader never sees. The parts read by then are delivered again.
 */
export async function openStream(
  run: RequestState,
  reservation: ChannelReservation,
  { request }: ChatInput,
  slot: AttemptSlot,
  takeover?: Takeover,
): Promise<ReadStream> {
  const attempt = beginAttempt(run, reservation, slot);
  const stream = new ReadStream({
    run,
    attempt,
    request,
    continuation: takeover?.continuation,
    onBeginsAgain: () => takeover?.onBeginsAgain(attempt.target) === true,
  });
  const early: ReadPart[] = [];
  for (;;) {
    const part = await new Promise<ReadPart>((resolve, reject) => stream.read(resolve, reject));
    early.push(part);
    if (part.type === 'finish') {
      const refusal = contentFilterFailure(part.finishReason, attempt.target, run.route.policies.fallbackOn);
      if (refusal === undefined) break;
      throw stream.fail(refusal);
    }
    if (isToken(part)) break;
  }
  attempt.firstToken();
  stream.putBack(early);
  return stream;
}
