import { isRouterError } from '../../../errors.ts';
import type { Batch } from '../../../types/batch/job.ts';
import type { Router } from '../../../types/router.ts';
import { IdList } from './id-list.ts';
import { Parts } from './parts.ts';
import {
  type BatchFace,
  errorsOf,
  type HostedBatch,
  type HostedRecord,
  isOver,
  type Moment,
  outputOf,
} from './record.ts';

/** Milliseconds between two saves of the counts. */
const pause = 2_000;
/** How long the router keeps its own state of a finished batch, in milliseconds. */
const keep = 86_400_000;

/** Batches that a process works on at once: each holds up to 10,000 requests. */
const mostAtOnce = 10;

const encoder = new TextEncoder();

/** Batches of clients in a router's store, which this process or another one works on. */
export class HostedBatches<Face> {
  readonly parts: Parts;
  readonly #router: Router;
  readonly #prefix: string;
  readonly #face: BatchFace<Face>;
  readonly #open: IdList;
  /** Whether batches wait for others to end. */
  #hasMore = false;
  readonly #running = new Map<string, Batch | undefined>();

  /** @param prefix of its keys in the store */
  constructor(router: Router, prefix: string, face: BatchFace<Face>) {
    this.#router = router;
    this.#prefix = prefix;
    this.#face = face;
    this.parts = new Parts(router.batches.store, prefix);
    this.#open = new IdList(router.batches.store, `${prefix}/open`);
  }

  /** Stores a batch, and begins to work on it. */
  async create(record: HostedRecord<Face>): Promise<void> {
    await this.#save(record);
    const entry = { id: record.id, expiresAt: record.forgottenAt, bytes: 0 };
    await this.#open.add(entry);
    await this.#listOf(record.owner).add(entry);
    this.#wake(record);
  }

  /** `undefined` if the owner has none of this id. */
  async find(owner: string, id: string): Promise<HostedBatch<Face> | undefined> {
    const [found] = await this.#read([id]);
    if (found === undefined || found.owner !== owner) return undefined;
    this.#wake(found);
    return found;
  }

  /** All of an owner, newest first. */
  async list(owner: string): Promise<readonly string[]> {
    return (await this.#listOf(owner).entries()).map(({ id }) => id);
  }

  async findAll(owner: string, ids: readonly string[]): Promise<readonly HostedBatch<Face>[]> {
    return (await this.#read(ids)).flatMap((found) => (found?.owner === owner ? [found] : []));
  }

  /** Cancels a batch, whichever process works on it. */
  async cancel({ id, forgottenAt }: HostedRecord<Face>): Promise<void> {
    const ttl = Math.max(1, forgottenAt - Date.now());
    await this.#router.batches.store.set(this.#cancelKey(id), String(Date.now()), { ttl, onlyIf: 'absent' });
    const own = this.#running.get(id);
    if (own !== undefined) await own.cancel();
    else
      await this.#router.batches.cancel(id).catch((error: unknown) => {
        // It has not begun, and checks the mark before it begins.
        if (!isRouterError(error, 'store')) throw error;
      });
  }

  /** Continues the batches of an earlier process. */
  async resumeAll(): Promise<void> {
    const open = await this.#open.entries();
    for (const found of await this.#read(open.map(({ id }) => id)))
      if (found !== undefined) this.#wake(found);
  }

  #wake(record: HostedRecord<Face>): void {
    const { id } = record;
    if (isOver(record) || this.#running.has(id)) return;
    if (this.#running.size >= mostAtOnce) {
      this.#hasMore = true;
      return;
    }
    this.#running.set(id, undefined);
    this.#work(record)
      .catch((error: unknown) => this.#fail(record, error))
      // The store does not answer: the next request for the batch tries again.
      .catch(() => {})
      .finally(() => {
        this.#running.delete(id);
        if (!this.#hasMore) return;
        this.#hasMore = false;
        this.resumeAll().catch(() => {}); // the same
      });
  }

  /** A batch that is left, or whose state cannot be stored now, continues later. */
  async #fail({ id }: HostedRecord<Face>, error: unknown): Promise<void> {
    if (isRouterError(error, 'closed') || isRouterError(error, 'store') || !(error instanceof Error)) return;
    const isOurs = isRouterError(error) || 'status' in error;
    if (!isOurs) return;
    const [now] = await this.#read([id]);
    if (now === undefined || isOver(now)) return;
    const errors = [{ code: 'batch_failed', message: error.message, param: null, line: null }];
    await this.#end({ ...now, state: 'failed', errors }, 'failed');
  }

  async #work(found: HostedRecord<Face>): Promise<void> {
    let record = found;
    if (record.state === 'validating') {
      const checked = await this.#face.check(record);
      if (typeof checked !== 'number')
        return this.#end({ ...record, state: 'failed', errors: checked }, 'failed');
      const isCanceled = (await this.#read([record.id]))[0]?.cancelingAt !== undefined;
      if (isCanceled) return this.#end({ ...record, total: checked, state: 'cancelled' }, 'cancelled');
      const moments = { ...record.moments, inProgress: Date.now() };
      record = { ...record, state: 'in_progress', total: checked, moments };
      await this.#save(record);
    }
    const { batch, isNew } = await this.#begin(record);
    try {
      // Another process may have worked on it meanwhile.
      const [now] = await this.#read([record.id]);
      if (now === undefined || isOver(now)) return;
      this.#running.set(record.id, batch);
      if (now.cancelingAt !== undefined) await batch.cancel();
      await this.#answer(now, batch, isNew ? noTally : await this.#written(now));
    } finally {
      await batch[Symbol.asyncDispose]();
    }
  }

  async #begin(record: HostedRecord<Face>): Promise<{ readonly batch: Batch; readonly isNew: boolean }> {
    const { id: batchId, deadline } = record;
    const options = { ...this.#face.options(record), batchId, deadline, keep };
    try {
      const batch = await this.#router.batch(this.#face.requests(record), options);
      return { batch, isNew: true };
    } catch (error) {
      if (!isRouterError(error, 'request') || error.field !== 'options.batchId') throw error;
      const requests = this.#face.requests(record);
      return { batch: await this.#router.batches.resume(batchId, { requests }), isNew: false };
    }
  }

  async #answer(begun: HostedRecord<Face>, batch: Batch, written: Tally): Promise<void> {
    let { completed, failed } = written;
    let savedAt = performance.now();
    for await (const result of batch.results) {
      // A result that was written just before a crash is delivered again.
      if (written.indices.has(result.index)) continue;
      const { text, isError } = this.#face.write(begun, result);
      const name = isError ? errorsOf(begun.id) : outputOf(begun.id);
      await this.parts.set(name, result.index, text, begun.forgottenAt);
      if (isError) failed += 1;
      else completed += 1;
      if (performance.now() - savedAt < pause) continue;
      savedAt = performance.now();
      await this.#save({ ...begun, completed, failed });
    }
    await this.#finish(begun);
  }

  async #finish(begun: HostedRecord<Face>): Promise<void> {
    const finalizing = { ...begun, state: 'finalizing' as const };
    const { completed, failed, output, errors, isExpired } = await this.#written(begun);
    const record = {
      ...finalizing,
      completed,
      failed,
      moments: { ...begun.moments, finalizing: Date.now() },
    };
    await this.#save(record);
    await this.#face.finish(record, { output, errors });
    const [now] = await this.#read([begun.id]);
    const state = now?.cancelingAt !== undefined ? 'cancelled' : isExpired ? 'expired' : 'completed';
    await this.#end({ ...record, state }, state);
  }

  async #end(record: HostedRecord<Face>, moment: Moment): Promise<void> {
    await this.#save({ ...record, moments: { ...record.moments, [moment]: Date.now() } });
    await this.#open.remove(record.id);
  }

  /** The results written so far. */
  async #written({ id, total }: HostedRecord<Face>): Promise<Tally> {
    const indices = new Set<number>();
    const sums = { completed: 0, failed: 0, output: 0, errors: 0, isExpired: false };
    for await (const [index, text] of this.parts.read(outputOf(id), total)) {
      indices.add(index);
      sums.completed += 1;
      sums.output += encoder.encode(text).length;
    }
    for await (const [index, text] of this.parts.read(errorsOf(id), total)) {
      indices.add(index);
      sums.failed += 1;
      sums.errors += encoder.encode(text).length;
      sums.isExpired ||= this.#face.isExpired(text);
    }
    return { ...sums, indices };
  }

  async #save(record: HostedRecord<Face>): Promise<void> {
    const ttl = Math.max(1, record.forgottenAt - Date.now());
    await this.#router.batches.store.set(this.#key(record.id), JSON.stringify(record), { ttl });
  }

  async #read(ids: readonly string[]): Promise<readonly (HostedBatch<Face> | undefined)[]> {
    const { store } = this.#router.batches;
    const found = await store.get(ids.flatMap((id) => [this.#key(id), this.#cancelKey(id)]));
    return ids.map((_, at) => {
      const [record, canceled] = [found[2 * at], found[2 * at + 1]];
      if (record === undefined) return undefined;
      const stored = JSON.parse(record.value) as HostedRecord<Face>;
      return canceled === undefined ? stored : { ...stored, cancelingAt: Number(canceled.value) };
    });
  }

  #listOf(owner: string): IdList {
    return new IdList(this.#router.batches.store, `${this.#prefix}/of/${owner}`);
  }

  #key(id: string): string {
    return `${this.#prefix}/batch/${id}`;
  }

  #cancelKey(id: string): string {
    return `${this.#prefix}/cancel/${id}`;
  }
}

interface Tally {
  readonly indices: ReadonlySet<number>;
  readonly completed: number;
  readonly failed: number;
  /** Bytes. */
  readonly output: number;
  readonly errors: number;
  readonly isExpired: boolean;
}

const noTally: Tally = {
  indices: new Set(),
  completed: 0,
  failed: 0,
  output: 0,
  errors: 0,
  isExpired: false,
};
