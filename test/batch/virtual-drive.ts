import type { VirtualClock } from '../../src/testing/virtual-clock.ts';
import { watchExchanges } from './exchanges.ts';

export const exchanges = watchExchanges();

/** How long nothing may be left to wait for, in milliseconds of real time: code may be loading, which no clock shows. */
const longestLoad = 60_000;

/** Turns of the event loop within which the process does all that follows from an event. */
const enough = 20;

/** Resolves when no exchange is open, and nothing has followed within some turns of the event loop. */
export async function quiet(): Promise<void> {
  for (let turn = 0, { begun, failed } = exchanges; turn < enough; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    // After a failure the transport lets a timer of no duration pass. Timers of one duration run in the order they were set.
    if (exchanges.failed !== failed) await new Promise((resolve) => setTimeout(resolve, 0));
    if (exchanges.open === 0 && exchanges.begun === begun && exchanges.failed === failed) continue;
    turn = -1;
    ({ begun, failed } = exchanges);
  }
}

/**
 * Runs virtual time until a promise settles: each timer at its moment, and only when the process has nothing to do but wait for time
 * to pass. It depends on events only, so the speed of the machine does not matter.
 *
 * @param idle resolves when that is so
 */
export async function driveBy<T>(
  clock: VirtualClock,
  work: Promise<T>,
  idle: () => Promise<void> = quiet,
): Promise<T> {
  let isOver = false;
  const ended = work.finally(() => {
    isOver = true;
  });
  ended.catch(() => {});
  let stuckSince: number | undefined;
  for (;;) {
    await idle();
    if (isOver) return ended;
    if ((await clock.next()) || clock.timers > 0) {
      stuckSince = undefined;
      continue;
    }
    stuckSince ??= performance.now();
    if (performance.now() - stuckSince > longestLoad)
      throw new Error('nothing is left that could settle the promise');
  }
}
