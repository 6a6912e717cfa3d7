import { isRouterError, ProviderError } from '../../errors.ts';
import type { BatchAnswer } from '../../types/batch/batch.ts';
import type { ProviderBatches } from '../../types/provider.ts';
import { sleep } from '../../util/time/clock.ts';
import { Deferred } from '../../util/time/deferred.ts';
import type { Entry } from '../entry.ts';
import { mayPass, pollPace, untilDone } from '../retry.ts';
import { tooLate } from '../too-late.ts';
import type { ChunkHost, ChunkRecord } from './host.ts';
import { asFailure, canceled, clearLost, createdNothing, lost } from './lost.ts';
import { quickStep, slowStep, VendorSteps } from './steps.ts';

/** Maximum silence of a vendor before its requests go elsewhere, in milliseconds and as a ratio of the time left. */
const longestSilence = 2 * 3_600_000;
const silentShare = 0.25;
/** Minimum requests of a batch that is split when the vendor's queue has no room for it. */
const leastToSplit = 16;

/** The life cycle of one vendor's batch: submitted once, polled, read, deleted. */
export class Chunk {
  readonly #host: ChunkHost;
  readonly #stop = new AbortController();
  readonly #ending = new Deferred<undefined>();
  readonly #steps: VendorSteps;
  /** Calls that wait for its answers, by item. */
  readonly #waiting = new Map<string, Entry>();
  /** Answers that arrived before any call waited for them. */
  readonly #early = new Map<string, BatchAnswer>();
  /** Items whose result is not stored yet; the vendor's files are kept until then. */
  readonly #open: Set<string>;
  #ids: ReadonlySet<string>;
  #record: ChunkRecord;
  #bodies: ReadonlyMap<string, string> | undefined;
  #isRead = false;
  #isCanceled = false;
  /** Whether the caller canceled it; otherwise it was too late for all waiting calls. */
  #isUnwanted = false;
  #isEnding = false;
  #isLost = false;
  /** Whether the vendor may have the batch. */
  #mayHaveIt: boolean;
  #refusals = 0;

  /**
   * @param entries the calls of a new batch; empty for one from the store
   * @param open items without a stored result
   */
  constructor(record: ChunkRecord, entries: readonly Entry[], open: Iterable<string>, host: ChunkHost) {
    this.#record = record;
    this.#ids = new Set(record.items);
    this.#host = host;
    this.#open = new Set(open);
    this.#mayHaveIt = entries.length === 0;
    this.#bodies = entries.length === 0 ? undefined : new Map(entries.map(({ id, body }) => [id, body]));
    const errors = entries[0]?.call.errors;
    this.#steps = new VendorSteps(host.clock, this.#stop.signal, record.target, errors, () =>
      this.#patience(),
    );
    for (const entry of entries) this.#wait(entry);
  }

  /** Resolves when nothing is left to do, here and at the vendor. */
  get ended(): Promise<unknown> {
    return this.#ending.promise;
  }

  get record(): ChunkRecord {
    return this.#record;
  }

  /** Whether the vendor stopped answering, so that its batch is still to be canceled. */
  get isLost(): boolean {
    return this.#isLost;
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

  /** Stops work on it in this process; the vendor continues. */
  leave(): void {
    this.#ending.resolve(undefined);
    this.#stop.abort(new ProviderError({ kind: 'aborted', provider: this.#record.target }));
  }

  /** Asks the vendor to stop, for the caller. Answers that are complete by then are read. */
  cancel(): Promise<void> {
    this.#isUnwanted = true;
    return this.#cancel();
  }

  async #cancel(): Promise<void> {
    this.#isCanceled = true;
    const { vendorId } = this.#record;
    if (vendorId === undefined || this.#isRead) return;
    const batches = await this.#host.batches();
    await this.#steps.once(quickStep, (call) => batches.cancel(vendorId, call)).catch(this.#host.report);
  }

  async #once(batches: ProviderBatches): Promise<boolean> {
    const { clock } = this.#host;
    const { signal } = this.#stop;
    const vendorId = this.#record.vendorId ?? (await this.#submit(batches));
    const pace = pollPace(this.#host.random);
    for (;;) {
      // A canceled batch ends soon.
      await sleep(clock, this.#isCanceled ? Math.min(pace.next(), 15_000) : pace.next(), signal);
      const { state } = await this.#steps.untilDone(quickStep, (call) => batches.status(vendorId, call));
      if (state === 'ended') break;
      if (state === 'refused') return this.#again(pace.next());
    }
    await this.#steps.untilDone(slowStep, async (call, extend) => {
      for await (const answer of batches.results(vendorId, this.#record, call)) {
        extend();
        this.#answer(answer);
      }
    });
    this.#isRead = true;
    return true;
  }

  /** Submits exactly once: after a failure without a clear outcome it first checks whether the batch exists. */
  async #submit(batches: ProviderBatches): Promise<string> {
    const bodies = this.#bodies;
    let isNew = bodies !== undefined;
    const vendorId = await this.#steps.repeat(async () => {
      const found = isNew ? undefined : await this.#find(batches);
      if (found !== undefined || bodies === undefined || this.#isCanceled) return found;
      await this.#save({ ...this.#record, state: 'submitting' });
      isNew = false;
      this.#mayHaveIt = true;
      const items = this.#record.items.map((id) => ({ id, body: bodies.get(id) ?? '' }));
      try {
        return await this.#steps.once(slowStep, (call) => batches.submit({ ...this.#record, items }, call));
      } catch (error) {
        isNew = createdNothing(error);
        this.#mayHaveIt = !isNew;
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
    if (this.#isCanceled) await this.#cancel();
    return vendorId;
  }

  /** How long the vendor may be silent, in milliseconds. */
  #patience(): number {
    const deadline = Math.min(...[...this.#waiting.values()].map((entry) => entry.deadline));
    const timeLeft = deadline - this.#host.clock.date();
    return Math.min(longestSilence, Math.max(0, timeLeft * silentShare));
  }

  async #find(batches: ProviderBatches): Promise<string | undefined> {
    const pace = pollPace(this.#host.random);
    for (;;) {
      const found = await this.#steps.once(slowStep, (call) => batches.find(this.#record, call));
      if (found !== 'unclear') return found;
      this.#steps.heard();
      await sleep(this.#host.clock, pace.next(), this.#stop.signal);
    }
  }

  /** A store that is down delays a submission, because without its record a crash could submit twice. */
  async #save(record: ChunkRecord): Promise<void> {
    this.#record = record;
    await untilDone(this.#host.clock, this.#stop.signal, () => this.#host.save(record));
  }

  /** Prepares another submission of the waiting requests: half of them, if the vendor has refused all of them twice. */
  async #again(pause: number): Promise<boolean> {
    await sleep(this.#host.clock, pause, this.#stop.signal);
    this.#refusals += 1;
    const entries = [...this.#waiting.values()];
    if (this.#refusals % 2 === 0 && entries.length >= leastToSplit) {
      this.#host.onFull(entries.reduce((sum, { body }) => sum + body.length, 0));
      const rest = entries.splice(Math.ceil(entries.length / 2));
      for (const { id } of rest) {
        this.#waiting.delete(id);
        this.#open.delete(id);
      }
      this.#host.onSplit(rest);
    }
    const items = entries.map(({ id }) => id);
    this.#bodies = new Map(entries.map(({ id, body }) => [id, body]));
    this.#ids = new Set(items);
    const { vendorId: _, ...record } = this.#record;
    const attempt = Number(/~(\d+)$/.exec(record.id)?.[1] ?? 0) + 1;
    const id = `${record.id.replace(/~\d+$/, '')}~${attempt}`;
    this.#record = { ...record, items, id, submittedAt: this.#host.clock.date() };
    return items.length === 0;
  }

  #wait(entry: Entry): void {
    this.#waiting.set(entry.id, entry);
    entry.onLeft = () => {
      this.#waiting.delete(entry.id);
      this.#open.delete(entry.id);
      // It is no longer needed.
      const isNeeded = this.#waiting.size > 0 || this.#open.size > 0;
      if (!isNeeded && !this.#isRead && !this.#stop.signal.aborted) this.#cancel().catch(this.#host.report);
    };
  }

  #answer(answer: BatchAnswer): void {
    const entry = this.#waiting.get(answer.id);
    const { error } = answer;
    const own =
      this.#isCanceled && error !== undefined
        ? { ...answer, error: this.#isUnwanted ? canceled(error) : tooLate(this.#record.target) }
        : answer;
    if (entry === undefined) {
      if (this.#open.has(answer.id)) this.#early.set(answer.id, own);
      return;
    }
    this.#waiting.delete(answer.id);
    if (!entry.isStored) this.#open.delete(answer.id);
    entry.settle(own);
  }

  #giveUp(error: unknown): void {
    const { target } = this.#record;
    this.#isLost = isRouterError(error, 'provider') && mayPass(error) && error.vendorCode !== 'batch_not_run';
    const failure = this.#isLost ? lost(target, error, this.#mayHaveIt) : asFailure(target, error);
    this.#isRead = true;
    for (const entry of [...this.#waiting.values()]) entry.settle({ id: entry.id, error: failure });
    this.#waiting.clear();
    this.#open.clear();
    if (this.#isLost) void this.#clear();
    else this.#endIfDone();
  }

  async #clear(): Promise<void> {
    this.#host.onOver();
    this.#ending.resolve(undefined);
    try {
      await clearLost(await this.#host.batches(), this.#record, this.#steps);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#host.report(error);
    }
    this.#host.onCleared();
  }

  /** Deletes the vendor's copy once every result is stored. */
  #endIfDone(): void {
    if (this.#open.size > 0 || !this.#isRead || this.#isEnding) return;
    this.#isEnding = true;
    void this.#remove();
  }

  async #remove(): Promise<void> {
    const { vendorId } = this.#record;
    const { report } = this.#host;
    try {
      this.#record = { ...this.#record, state: 'read' };
      if (vendorId !== undefined) {
        const batches = await this.#host.batches();
        await this.#steps.untilDone(slowStep, (call) => batches.remove(vendorId, call));
      }
      await this.#host.save(this.#record);
    } catch (error) {
      if (!this.#stop.signal.aborted) report(error);
    }
    this.#host.onOver();
    this.#ending.resolve(undefined);
  }
}
