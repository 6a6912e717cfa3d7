import type { VirtualClock } from 'signalbox/testing';

/** Runs virtual time, a step at a time with room for real sockets, until a promise settles. */
export async function drive<T>(clock: VirtualClock, work: Promise<T>, step = 5_000): Promise<T> {
  let isOver = false;
  const settled = work.finally(() => {
    isOver = true;
  });
  settled.catch(() => {});
  while (!isOver) {
    await clock.advance(step);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return settled;
}
