import { RequestError, RouterError, StoreError } from '../errors.ts';
import type { BatchDesk, DeferredChannel } from '../types/batch/desk.ts';
import type { Batch, Batches, BatchInput, BatchOptions, ResumeOptions } from '../types/batch/job.ts';
import type { Clock, Random } from '../types/clock.ts';
import type { CallOptions } from '../types/options/call-options.ts';
import type { OperationResult } from '../types/result/result.ts';
import type { Router } from '../types/router.ts';
import type { Store } from '../types/store.ts';
import { sleep } from '../util/time/clock.ts';
import { Desk } from './desk.ts';
import { ownerTime } from './job/host.ts';
import { Job } from './job/job.ts';
import { JobStore, type Manifest, numberOf, type Page, pageSize } from './job/store.ts';

/** The parts of a router that its batches use. */
export interface BatchHost {
  readonly router: Pick<Router, 'chat' | 'embed' | 'image'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** The targets that answer through batches. */
  readonly channels: readonly DeferredChannel[];
  /** US$ that an answer would have cost on the tier `standard`; `undefined` if unknown. */
  standardCost(result: OperationResult): number | undefined;
  report(error: unknown): void;
  /** @throws RequestError for invalid call options */
  check(options: CallOptions): void;
}

/** Batches of one router. */
interface BatchService extends Batches {
  readonly desk: BatchDesk;
  batch(requests: BatchInput, options?: BatchOptions): Promise<Batch>;
  /** Leaves all batches; they can be resumed. */
  close(): Promise<void>;
}

const usualInFlight = 10_000;
const usualWindow = 30_000;
const usualKeep = 30 * 86_400_000;
const idForm = /^\w{1,32}$/;

export function openBatches(host: BatchHost): BatchService {
  const { router, clock, random, channels, report } = host;
  const desk = new Desk({ clock, random, report });
  for (const channel of channels) desk.introduce(channel);
  const jobs = new Set<Job>();
  const owner = `p${Math.floor(random() * 2 ** 52).toString(36)}`;

  const start = (manifest: Manifest, options: CallOptions, store: JobStore, nextChunk: number): Job => {
    desk.open(manifest.id, { save: async (record) => void (await store.saveChunk(record)) }, nextChunk);
    const job = new Job(manifest, options, {
      router,
      clock,
      desk,
      store,
      owner,
      report,
      standardCost: host.standardCost,
      onEnd: () => jobs.delete(job),
    });
    jobs.add(job);
    return job;
  };

  return {
    desk,
    async batch(requests, options = {}) {
      const {
        batchId = newId(random),
        maxInFlight = usualInFlight,
        keep = usualKeep,
        window = usualWindow,
        store: ownStore,
        ...call
      } = options;
      check(requests, batchId, maxInFlight, keep);
      host.check({ ...call, window });
      call.signal?.throwIfAborted();
      const store = new JobStore(
        ownStore ?? host.store,
        batchId,
        Math.max(0, (call.deadline ?? 0) - clock.date()) + keep,
      );
      const kept = { ...call, window };
      const manifest: Manifest = { id: batchId, options: storable(kept), maxInFlight };
      const isNew = (await store.create(manifest)) && (await store.own(owner, ownerTime));
      if (!isNew)
        throw new RequestError(
          'options.batchId',
          'an id that no batch has; router.batches.resume continues one',
          `'${batchId}'`,
        );
      const job = start(manifest, kept, store, 0);
      void job.run(requests, none());
      return job;
    },
    store: host.store,
    async cancel(id, { store } = {}) {
      await (await stored(store ?? host.store, id)).store.markCanceled();
    },
    async resume(id, { requests, restore, store: ownStore, ...call }: ResumeOptions = {}) {
      const { store } = await stored(ownStore ?? host.store, id);
      const never = new AbortController().signal;
      while (!(await store.own(owner, ownerTime))) await sleep(clock, ownerTime / 10, call.signal ?? never);
      // The state that the last process left.
      const { manifest: left } = await stored(ownStore ?? host.store, id);
      const manifest = (await store.isCanceled()) ? { ...left, canceled: true } : left;
      const chunks = await store.chunks();
      const options: CallOptions = { ...manifest.options, ...call };
      const last = chunks.reduce((most, chunk) => Math.max(most, numberOf(chunk)), -1);
      const job = start(manifest, options, store, last + 1);
      const isOpen = await openItems(store, id);
      for (const chunk of chunks) {
        const open = chunk.state === 'read' ? [] : chunk.items.filter((item) => isOpen(item));
        if (chunk.state !== 'read') desk.adopt(chunk, open);
      }
      // Without further requests, the stored ones are complete.
      void job.run(requests ?? [], storedPages(store), restore);
      return job;
    },
    async close() {
      await Promise.all([...jobs].map((job) => job[Symbol.asyncDispose]()));
      desk.close();
    },
  };
}

/** @throws StoreError if the store has no such batch */
async function stored(store: Store, id: string): Promise<{ store: JobStore; manifest: Manifest }> {
  const found = new JobStore(store, id, usualKeep);
  const manifest = await found.manifest();
  if (manifest === undefined) throw new StoreError(store.name, `it has no batch ${JSON.stringify(id)}`);
  return { store: found, manifest };
}

async function* none(): AsyncGenerator<never> {}

async function* storedPages(store: JobStore): AsyncGenerator<readonly [number, Page]> {
  for (let number = 0; ; number++) {
    const page = await store.page(number);
    if (page === undefined) return;
    yield [number, page];
  }
}

/** Finds out which items of a batch have no stored result. */
async function openItems(store: JobStore, id: string): Promise<(item: string) => boolean> {
  const settled = new Set<number>();
  for await (const [number, { results, read, isDone }] of storedPages(store)) {
    const known = isDone ? Array.from({ length: pageSize }, (_, at) => at) : [...results.keys(), ...read];
    for (const at of known) settled.add(number * pageSize + at);
  }
  return (item) => !settled.has(Number.parseInt(item.slice(id.length + 1), 10));
}

function check(requests: unknown, id: unknown, maxInFlight: unknown, keep: unknown): void {
  const isIterable =
    typeof requests === 'object' &&
    requests !== null &&
    (Symbol.iterator in requests || Symbol.asyncIterator in requests);
  if (!isIterable) throw new RequestError('requests', 'an iterable of requests', typeof requests);
  if (typeof id !== 'string' || !idForm.test(id))
    throw new RequestError('options.batchId', 'up to 32 letters, digits and `_`', String(id));
  if (!(typeof maxInFlight === 'number' && maxInFlight >= 1))
    throw new RequestError('options.maxInFlight', 'a number of at least 1', String(maxInFlight));
  if (!(typeof keep === 'number' && keep >= 0))
    throw new RequestError('options.keep', 'milliseconds', String(keep));
}

function newId(random: Random): string {
  return `b${Math.floor(random() * 2 ** 40).toString(36)}${Math.floor(random() * 2 ** 40).toString(36)}`;
}

/** The call options that JSON can hold; functions and signals are given to `resume` again. Keys of callers are never stored. */
function storable({
  signal: _,
  accept: __,
  auth,
  ...options
}: CallOptions): Readonly<Record<string, unknown>> {
  if (auth !== undefined)
    throw new RouterError('request', 'options.auth: a batch stores its options, and no keys');
  return JSON.parse(JSON.stringify(options)) as Readonly<Record<string, unknown>>;
}
