import { sleep } from '../../util/time/clock.ts';
import { realAbort } from '../../util/time/real-abort.ts';
import type { RouterContext } from '../context.ts';

/** Milliseconds between counts of the requests in flight. */
const pause = 20;

/** Refuses new requests, and waits for those in flight to end. Returns whether all have ended. */
export async function drain(
  { clock, draining, activeRequests, closed }: RouterContext,
  timeout = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  draining.now = true;
  const end = clock.now() + timeout;
  const ending = realAbort(closed);
  while (activeRequests.items.length > 0 && clock.now() < end && !closed.aborted)
    await sleep(clock, Math.min(pause, end - clock.now()), ending.signal).catch(() => {});
  ending.unlink();
  return activeRequests.items.length === 0;
}
