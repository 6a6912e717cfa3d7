import { type ChatInput, contentFilterFailure } from '../../answer/answer.ts';
import { beginAttempt } from '../../attempt/attempt.ts';
import type { ChannelReservation } from '../../attempt/reservation.ts';
import type { AttemptSlot } from '../../failover/race.ts';
import type { RequestState } from '../../request.ts';
import { isToken, type ReadPart } from './accumulate.ts';
import { ReadStream, readPart } from './read-stream.ts';
import type { Takeover } from './stream-source.ts';

/** Releases a stream that another one has overtaken. */
export const abandon = (lost: ReadStream): void => lost.abandon();

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
  const stream = new ReadStream(run, attempt, request, takeover);
  const early: ReadPart[] = [];
  for (;;) {
    const part = await readPart({ current: stream });
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
