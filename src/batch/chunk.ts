import { isRouterError, ProviderError } from '../errors.ts';
import type { BatchAnswer, BatchCall, BatchTrace } from '../types/batch/batch.ts';
import type { Clock } from '../types/clock.ts';
import type { ProviderBatches } from '../types/provider.ts';
import { sleep } from '../util/time/clock.ts';
import { deferred } from '../util/time/deferred.ts';
import type { Entry } from './entry.ts';
import { pollPace, untilDone } from './retry.ts';

/** What is stored of a vendor's batch. */
export interface ChunkRecord extends BatchTrace {
  readonly target: string;
  readonly key: number;
  readonly state: 'submitting' | 'submitted' | 'read';
  readonly vendorId?: string;
}

/** What a chunk needs of its surroundings. */
export interface ChunkHost {
  readonly clock: Clock;
  readonly random: () => number;
  /** Loads the vendor's batch interface. */
  batches(): Promise<ProviderBatches>;
  /** Stores the record; resolves when it is stored. */
  save(record: ChunkRecord): Promise<void>;
  /** Called when the vendor's batch is read and deleted, or given up. */
  onOver(chunk: Chunk): void;
  report(error: unknown): void;
}

/** The life of one vendor's batch: submitted once, polled, read, deleted. */
export class Chunk {
  readonly #host: ChunkHost;
  readonly #stop = new AbortController();
  readonly #ending = deferred<undefined>();
  readonly #call: BatchCall;
  /** Calls that wait for its answers, by item. */
  readonly #waiting = new Map<string, Entry>();
  /** Answers that nothing waited for when they came. */
  readonly #early = new Map<string, BatchAnswer>();
  /** Items whose result is not stored yet; the vendor's files are kept until then. */
  readonly #open: Set<string>;
  readonly #ids: ReadonlySet<string>;
  #record: ChunkRecord;
  #bodies: ReadonlyMap<string, string> | undefined;
  #isRead = false;
  #isCanceled = false;
  #isEnding = false;

  /**
   * @param entries the calls of a new batch; empty for one from the store
   * @param open items without a stored result
   */
  constructor(record: ChunkRecord, entries: readonly Entry[], open: Iterable<string>, host: ChunkHost) {
    this.#record = record;
    this.#ids = new Set(record.items);
    this.#host = host;
    this.#open = new Set(open);
    this.#bodies = entries.length === 0 ? undefined : new Map(entries.map(({ id, body }) => [id, body]));
    const errors = entries[0]?.call.errors;
    this.#call = { signal: this.#stop.signal, ...(errors === undefined ? {} : { errors }) };
    for (const entry of entries) this.#wait(entry);
  }

  /** Resolves when nothing is left to do, here and at the vendor. */
  get ended(): Promise<unknown> {
    return this.#ending.promise;
  }

  get record(): ChunkRecord {
    return this.#record;
  }

  /** Whether it has or will have an answer for an item. */
  holds(id: string): boolean {
    return !this.#isRead && this.#ids.has(id);
  }

  /** Lets a call wait for an item of it, after a restart. */
  attach(entry: Entry): void {
    const early = this.#early.get(entry.id);
    if (early === undefined) this.#wait(entry);
    else entry.settle(early);
  }

  /** The result of an item is stored. */
  settled(id: string): void {
    this.#open.delete(id);
    this.#early.delete(id);
    if (this.#isRead) this.#endIfDone();
  }

  /** Runs to the end. Never rejects. */
  async run(): Promise<void> {
    try {
      const batches = await this.#host.batches();
      while (!(await this.#once(batches))) {
        // Refused for lack of room: submitted again under a new id.
      }
      this.#endIfDone();
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#giveUp(error);
    }
  }

  /** Stops work on it in this process; the vendor goes on. */
  leave(): void {
    this.#ending.resolve(undefined);
    this.#stop.abort(new ProviderError({ kind: 'aborted', provider: this.#record.target }));
  }

  /** Asks the vendor to stop. What is done by then is read. */
  async cancel(): Promise<void> {
    this.#isCanceled = true;
    const { vendorId } = this.#record;
    if (vendorId === undefined || this.#isRead) return;
    const batches = await this.#host.batches();
    await batches.cancel(vendorId, this.#call).catch(this.#host.report);
  }

  async #once(batches: ProviderBatches): Promise<boolean> {
    const { clock } = this.#host;
    const { signal } = this.#stop;
    const vendorId = this.#record.vendorId ?? (await this.#submit(batches));
    const pace = pollPace(this.#host.random);
    for (;;) {
      // A canceled batch ends soon.
      await sleep(clock, this.#isCanceled ? Math.min(pace.next(), 15_000) : pace.next(), signal);
      const { state } = await untilDone(clock, signal, () => batches.status(vendorId, this.#call));
      if (state === 'ended') break;
      if (state === 'refused') return this.#again(pace.next());
    }
    await untilDone(clock, signal, async () => {
      for await (const answer of batches.results(vendorId, this.#record, this.#call)) this.#answer(answer);
    });
    this.#isRead = true;
    return true;
  }

  /** Submits once, whatever happens: after a failure without a clear outcome it looks first whether the batch exists. */
  async #submit(batches: ProviderBatches): Promise<string> {
    const { clock } = this.#host;
    const { signal } = this.#stop;
    const bodies = this.#bodies;
    let isNew = bodies !== undefined;
    const vendorId = await untilDone(clock, signal, async () => {
      const found = isNew ? undefined : await this.#find(batches);
      if (found !== undefined || bodies === undefined || this.#isCanceled) return found;
      await this.#save({ ...this.#record, state: 'submitting' });
      isNew = false;
      const items = this.#record.items.map((id) => ({ id, body: bodies.get(id) ?? '' }));
      try {
        return await batches.submit({ ...this.#record, items }, this.#call);
      } catch (error) {
        // A refusal created nothing.
        if (isRouterError(error, 'provider') && error.status !== undefined && error.status < 500)
          isNew = true;
        throw error;
      }
    });
    if (vendorId === undefined) {
      const summary = 'the batch was not submitted';
      const provider = this.#record.target;
      throw new ProviderError({ kind: 'server', scope: 'request', provider, code: 'batch_not_run', summary });
    }
    this.#bodies = undefined;
    await this.#save({ ...this.#record, state: 'submitted', vendorId });
    if (this.#isCanceled) await this.cancel();
    return vendorId;
  }

  async #find(batches: ProviderBatches): Promise<string | undefined> {
    const pace = pollPace(this.#host.random);
    for (;;) {
      const found = await batches.find(this.#record, this.#call);
      if (found !== 'unclear') return found;
      await sleep(this.#host.clock, pace.next(), this.#stop.signal);
    }
  }

  /** A store that is down delays a submission, because without its record a crash could submit twice. */
  async #save(record: ChunkRecord): Promise<void> {
    this.#record = record;
    await untilDone(this.#host.clock, this.#stop.signal, () => this.#host.save(record));
  }

  async #again(pause: number): Promise<boolean> {
    const bodies = new Map([...this.#waiting.values()].map(({ id, body }) => [id, body]));
    await sleep(this.#host.clock, pause, this.#stop.signal);
    const { vendorId: _, ...record } = this.#record;
    const attempt = Number(/~(\d+)$/.exec(record.id)?.[1] ?? 0) + 1;
    this.#bodies = bodies;
    const items = [...bodies.keys()];
    this.#record = {
      ...record,
      items,
      id: `${record.id.replace(/~\d+$/, '')}~${attempt}`,
      submittedAt: this.#host.clock.date(),
    };
    return items.length === 0;
  }

  #wait(entry: Entry): void {
    this.#waiting.set(entry.id, entry);
    entry.onLeft = () => {
      this.#waiting.delete(entry.id);
      this.#open.delete(entry.id);
      // Nothing needs it any longer.
      const isNeeded = this.#waiting.size > 0 || this.#open.size > 0;
      if (!isNeeded && !this.#isRead && !this.#stop.signal.aborted) void this.cancel();
    };
  }

  #answer(answer: BatchAnswer): void {
    const entry = this.#waiting.get(answer.id);
    const own =
      this.#isCanceled && answer.error !== undefined ? { ...answer, error: canceled(answer.error) } : answer;
    if (entry === undefined) {
      if (this.#open.has(answer.id)) this.#early.set(answer.id, own);
      return;
    }
    this.#waiting.delete(answer.id);
    if (!entry.isStored) this.#open.delete(answer.id);
    entry.settle(own);
  }

  #giveUp(error: unknown): void {
    const failure = isRouterError(error, 'provider')
      ? error
      : new ProviderError({
          kind: 'unknown',
          provider: this.#record.target,
          summary: 'the batch failed',
          cause: error,
        });
    for (const entry of [...this.#waiting.values()]) entry.settle({ id: entry.id, error: failure });
    this.#waiting.clear();
    this.#open.clear();
    this.#isRead = true;
    this.#endIfDone();
  }

  /** Deletes the vendor's copy once every result is stored. */
  #endIfDone(): void {
    if (this.#open.size > 0 || !this.#isRead || this.#isEnding) return;
    this.#isEnding = true;
    void this.#remove();
  }

  async #remove(): Promise<void> {
    const { vendorId } = this.#record;
    const { clock, report } = this.#host;
    try {
      this.#record = { ...this.#record, state: 'read' };
      if (vendorId !== undefined) {
        const batches = await this.#host.batches();
        await untilDone(clock, this.#stop.signal, () => batches.remove(vendorId, this.#call));
      }
      await this.#host.save(this.#record);
    } catch (error) {
      if (!this.#stop.signal.aborted) report(error);
    }
    this.#host.onOver(this);
    this.#ending.resolve(undefined);
  }
}

/** A request of a canceled batch must not go to another target. */
function canceled(error: Error): ProviderError {
  const provider = isRouterError(error, 'provider') ? error.provider : 'provider';
  return new ProviderError({ kind: 'aborted', provider, summary: 'the batch was canceled' });
}
