import type { VirtualClock } from 'signalbox/testing';

/** Room for what takes real time but no virtual time: digests of keys are made in other threads. */
export async function turns(): Promise<void> {
  for (let n = 0; n < 3; n++) {
    await new Promise((resolve) => setImmediate(resolve));
    await crypto.subtle.digest('SHA-256', new Uint8Array(64));
  }
  await new Promise((resolve) => setImmediate(resolve));
}

/** Lets virtual time pass until a promise has settled. */
export async function settled<T>(promise: Promise<T>, clock: VirtualClock): Promise<T> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  promise.then(end, end);
  while (!over) {
    await turns();
    if (!over) await clock.advance(1);
  }
  return promise;
}

/** Lets virtual time pass, with room for what each moment leads to. */
export async function pass(clock: VirtualClock, ms: number): Promise<void> {
  const step = Math.min(ms, 500);
  for (let passed = 0; passed < ms; passed += step) {
    await clock.advance(step);
    await turns();
  }
}
