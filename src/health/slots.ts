import PQueue from 'p-queue';

/** The places for requests at one target (`concurrency`). */
export interface Slots {
  readonly free: number;
  readonly limit: number;
  /** Takes a place, in turn with those who wait already. Rejects with the signal's reason when it aborts first. */
  take(signal: AbortSignal): Promise<void>;
  release(): void;
}

/** A queue is only entered when no place is free: an idle one costs more than all the rest of a request's way. */
export function slots(limit: number): Slots {
  let taken = 0;
  // Called with each place that becomes free, by the first of those who wait.
  let first: (() => void) | undefined;
  // One at a time is first; the others stand behind it.
  const line = new PQueue({ concurrency: 1 });

  const nextFree = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        first = undefined;
        reject(signal.reason);
      };
      const enter = (): void => {
        first = undefined;
        signal.removeEventListener('abort', leave);
        taken += 1;
        resolve();
      };
      if (signal.aborted) leave();
      else if (taken < limit) enter();
      else {
        first = enter;
        signal.addEventListener('abort', leave, { once: true });
      }
    });

  return {
    limit,
    get free() {
      return line.size + line.pending > 0 ? 0 : limit - taken;
    },
    async take(signal) {
      if (taken < limit && line.size + line.pending === 0) {
        taken += 1;
        return;
      }
      await line.add(() => nextFree(signal), { signal });
    },
    release() {
      taken -= 1;
      first?.();
    },
  };
}
