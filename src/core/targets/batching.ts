import type { BatchDesk } from '../../types/batch/desk.ts';
import type { Batches } from '../../types/batch/job.ts';
import type { Router } from '../../types/router.ts';
import type { Store } from '../../types/store.ts';

/** What answers batches. */
export interface BatchService extends Pick<Router, 'batch'>, Pick<Batches, 'resume' | 'cancel'> {
  readonly desk: BatchDesk;
  /** Leaves all batches; they can be resumed. */
  close(): Promise<void>;
}

/** The service for batches, loaded on first use: most applications have none. */
export interface Batching extends Pick<Router, 'batch' | 'batches'> {
  desk(): Promise<BatchDesk>;
  close(): Promise<void>;
}

export function batchingWith(load: () => Promise<BatchService>, store: Store): Batching {
  let opened: BatchService | undefined;
  let opening: Promise<BatchService> | undefined;
  const open = (): Promise<BatchService> => {
    opening ??= load().then(
      (service) => {
        opened = service;
        return service;
      },
      (error: unknown) => {
        opening = undefined; // the next call tries again
        throw error;
      },
    );
    return opening;
  };
  return {
    desk: async () => (await open()).desk,
    batch: async (requests, options) => (await open()).batch(requests, options),
    batches: {
      resume: async (id, options) => (await open()).resume(id, options),
      cancel: async (id, options) => (await open()).cancel(id, options),
      store,
    },
    close: async () => opened?.close(),
  };
}
