import { costOf } from '../../pricing/cost.ts';
import type { PriceBook } from '../../pricing/price-book.ts';
import type { BatchDesk, DeferredChannel } from '../../types/batch/desk.ts';
import type { Batches } from '../../types/batch/job.ts';
import type { OperationResult } from '../../types/result/result.ts';
import type { Router } from '../../types/router.ts';
import type { Store } from '../../types/store.ts';
import type { Target } from './target.ts';

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

/** The channels that answer through batches. */
export function deferredChannels(targets: readonly Target[]): readonly DeferredChannel[] {
  return targets
    .filter(({ deferred }) => deferred)
    .flatMap(({ id, channels }) =>
      channels.map(({ provider, number = 0 }) => ({ target: id, key: number, provider })),
    );
}

/** US$ that an answer would have cost on the tier `standard`; `undefined` if unknown. */
export function standardCost(
  { target: id, usage, cost, response }: OperationResult,
  targets: readonly Target[],
  prices: PriceBook,
): number | undefined {
  const target = targets.find((each) => each.id === id);
  const known = target && prices.priceOf(target);
  // A cost that the vendor reports says nothing about its other tiers.
  if (known === undefined || cost === undefined || cost.source === 'reported') return undefined;
  const { region } = response;
  // Embeddings have no output.
  const outputTokens = usage.outputTokens ?? (cost.output === 0 ? 0 : undefined);
  return costOf({ ...usage, outputTokens }, known.price, known.source, region === undefined ? {} : { region })
    ?.total;
}
