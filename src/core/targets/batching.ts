import type { BatchDesk, DeferredChannel } from '../../types/batch/desk.ts';
import type { Router } from '../../types/router.ts';
import type { Target } from './target.ts';

/** What answers batches. */
export interface BatchService extends Pick<Router, 'batch'> {
  readonly desk: BatchDesk;
  resume: Router['batches']['resume'];
  /** Leaves all batches; they can be resumed. */
  close(): Promise<void>;
}

/** The service for batches, loaded on first use: most applications have none. */
export interface Batching extends Pick<Router, 'batch' | 'batches'> {
  desk(): Promise<BatchDesk>;
  close(): Promise<void>;
}

export function batchingWith(load: () => Promise<BatchService>): Batching {
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
    batches: { resume: async (id, options) => (await open()).resume(id, options) },
    close: async () => opened?.close(),
  };
}

/** The channels that answer through batches. */
export function deferredChannels(targets: readonly Target[]): readonly DeferredChannel[] {
  return targets
    .filter(({ deferred }) => deferred)
    .flatMap(({ id, channels }) =>
      channels.map(({ provider, number = 0 }) => ({ target: id, key: number, provider })),
    );
}
