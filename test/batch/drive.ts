import type { VirtualClock } from 'signalbox/testing';
import { vi } from 'vitest';
import { driveBy, quiet } from './virtual-drive.ts';

/** Runs virtual time until a promise settles, with room for real sockets and for modules that load on first use. */
export function drive<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  return driveBy(clock, work, async () => {
    await quiet();
    await vi.dynamicImportSettled();
    await quiet();
  });
}
