import { isRouterError, RouterError } from '../../errors.ts';
import { batchItem } from '../../types/batch/batch.ts';
import type { Batch, BatchInput, BatchReport, BatchRequest, BatchResult } from '../../types/batch/job.ts';
import type { CallOptions } from '../../types/options/call-options.ts';
import { sleep } from '../../util/time/clock.ts';
import { requestsOf } from '../input.ts';
import { untilDone } from '../retry.ts';
import type { JobHost } from './host.ts';
import { renewOwnership } from './ownership.ts';
import { ReadMarks } from './read-marks.ts';
import { outcomeOf, type Send } from './send.ts';
import { type Manifest, type Page, pageSize } from './store.ts';
import { Tally, withSaved } from './tally.ts';

/** Maximum milliseconds that the end of the results waits for the deletion of vendors' files. */
const longestCleaning = 30_000;

/** A batch while this process works on it. */
export class Job implements Batch {
  readonly id: string;
  readonly results: AsyncIterable<BatchResult>;
  readonly #host: JobHost;
  readonly #options: CallOptions;
  readonly #abort = new AbortController();
  readonly #marks: ReadMarks;
  readonly #ready: BatchResult[] = [];
  #manifest: Manifest;
  #requests = 0;
  /** Requests that an earlier process has read, and those of its last page, if that is not full. */
  #skipped = 0;
  #tail: readonly BatchRequest[] = [];
  #running = 0;
  readonly #tally = new Tally();
  /** Whether all requests have been started. */
  #isFed = false;
  #ending: Promise<void> | undefined;
  #failure: unknown;
  #wakeReader: () => void = () => {};
  #wakeInput: () => void = () => {};
  readonly #stopRenewal: () => void;

  constructor(manifest: Manifest, options: CallOptions, host: JobHost) {
    this.id = manifest.id;
    this.#manifest = manifest;
    this.#options = options;
    this.#host = host;
    this.#marks = new ReadMarks(host.store);
    this.results = this.#read();
    const { signal } = options;
    signal?.addEventListener('abort', () => void this.#stop(signal.reason), { once: true });
    this.#stopRenewal = renewOwnership(
      host,
      () => this.#heedCancel(),
      // This process was suspended for too long, and another one has taken over.
      () => void this.#stop(new RouterError('closed', 'another process works on the batch')),
    );
  }

  /**
   * Works through the stored pages, then through the requests that follow them.
   *
   * @param stored the pages of an earlier process
   */
  async run(
    requests: BatchInput,
    stored: AsyncIterable<readonly [number, Page]>,
    restore: (request: BatchRequest, index: number) => BatchRequest = (request) => request,
  ): Promise<void> {
    try {
      for await (const [number, page] of stored) await this.#resumePage(number, page, restore);
      if (this.#manifest.canceled === true) await this.#host.desk.cancel(this.id);
      if (this.#manifest.canceled !== true && this.#manifest.total === undefined)
        await this.#takeIn(requests);
      this.#host.desk.flush(this.id);
      await this.#saveManifest({ total: this.#requests });
      this.#isFed = true;
    } catch (error) {
      if (!this.#abort.signal.aborted) await this.#stop(error);
    }
    this.#wakeReader();
  }

  status(): BatchReport {
    const { canceled } = this.#manifest;
    const complete = this.#isFed;
    const isDone = complete && this.#marks.isEmpty;
    return {
      id: this.id,
      state: isDone ? 'done' : canceled === true ? 'canceled' : 'running',
      requests: this.#requests,
      ...this.#tally.sums,
      complete,
      batches: this.#host.desk.chunksOf(this.id).map(({ target, vendorId, state, items }) => {
        return { target, vendorId, state, requests: items.length };
      }),
    };
  }

  async cancel(): Promise<void> {
    await this.#saveManifest({ canceled: true });
    this.#wakeInput();
    await this.#host.desk.cancel(this.id);
  }

  /** Another process, or an earlier one, may have canceled it. */
  async #heedCancel(): Promise<void> {
    const { canceled } = this.#manifest;
    if (canceled !== true && (await this.#host.store.isCanceled())) await this.cancel();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stop(
      new RouterError('closed', 'the batch has been left; router.batches.resume continues it'),
    );
  }

  async #takeIn(requests: BatchInput): Promise<void> {
    // The last page of an earlier process may be partly full.
    let page: BatchRequest[] = [...this.#tail];
    let from = page.length;
    let before = this.#requests - from;
    let position = 0;
    const begin = async (): Promise<void> => {
      const number = before / pageSize;
      await this.#safely(() => this.#host.store.savePage(number, page));
      this.#marks.begin(number, page.length);
      for (const [at, request] of page.entries()) if (at >= from) await this.#start(before + at, request);
      before += page.length;
      page = [];
      from = 0;
    };
    for await (const request of requestsOf(requests)) {
      position += 1;
      // Marks the results that an earlier process has read.
      if (position <= this.#skipped) continue;
      if (this.#manifest.canceled === true) break;
      this.#abort.signal.throwIfAborted();
      page.push(request);
      if (page.length === pageSize) await begin();
    }
    if (page.length > from) await begin();
  }

  async #resumePage(
    number: number,
    { requests, results, read, isDone }: Page,
    restore: (request: BatchRequest, index: number) => BatchRequest,
  ): Promise<void> {
    const size = isDone ? pageSize : requests.length;
    this.#skipped += size;
    if (isDone) {
      this.#requests += size;
      return;
    }
    this.#tail = requests.length < pageSize ? requests : [];
    this.#marks.begin(number, size, read);
    for (const [at, request] of requests.entries()) {
      const index = number * pageSize + at;
      const result = results.get(at);
      if (read.has(at)) this.#requests += 1;
      else if (result !== undefined) {
        this.#requests += 1;
        this.#running += 1;
        this.#deliver(result);
      } else await this.#start(index, restore(request, index));
    }
  }

  /** Starts one request, as soon as there is capacity for it. */
  async #start(index: number, request: BatchRequest): Promise<void> {
    const { desk } = this.#host;
    const { maxInFlight } = this.#manifest;
    // Half of the capacity, so that the vendors' batches stay large.
    for (
      let most = maxInFlight - 1;
      this.#running > most && !this.#abort.signal.aborted;
      most = maxInFlight / 2
    ) {
      desk.flush(this.id); // the collected requests cannot grow before they are sent
      await new Promise<void>((resolve) => {
        this.#wakeInput = resolve;
      });
    }
    this.#abort.signal.throwIfAborted();
    this.#requests += 1;
    this.#running += 1;
    const isRunning = this.#host.desk.targetOf(`${this.id}-${index}`) !== undefined;
    if (this.#manifest.canceled === true && !isRunning) {
      const error = new RouterError('closed', 'the batch was canceled');
      const { id = String(index), data } = request;
      this.#deliver({ id, index, ...(data === undefined ? {} : { data }), error });
    } else void this.#ask(index, request);
  }

  async #ask(index: number, request: BatchRequest): Promise<void> {
    const { desk, store, router, standardCost } = this.#host;
    const item = `${this.id}-${index}`;
    const outcome = await outcomeOf(index, request, router, this.#options, (send, options) =>
      this.#call(item, send, options),
    );
    // It continues after a restart.
    if (this.#abort.signal.aborted || isRouterError(outcome.error, 'closed')) return;
    const known = withSaved(outcome, standardCost);
    await this.#safely(() => store.saveResult(known));
    desk.settled(item);
    this.#deliver(known);
  }

  async #call(item: string, send: Send, { metadata, ...given }: CallOptions): ReturnType<Send> {
    const { desk } = this.#host;
    const { signal } = this.#abort;
    const options = { ...given, metadata: { ...metadata, [batchItem]: item }, signal };
    const before = desk.targetOf(item);
    if (before === undefined) return send(options);
    try {
      // Its answer is or will be paid for, so the strategy does not choose again.
      return await send({ ...options, only: [before] });
    } catch (error) {
      if (signal.aborted || this.#manifest.canceled === true) throw error;
      return send(options);
    }
  }

  #deliver(result: BatchResult): void {
    this.#tally.add(result);
    this.#ready.push(result);
    this.#wakeReader();
  }

  async *#read(): AsyncGenerator<BatchResult> {
    for (;;) {
      const next = this.#ready.shift();
      if (next !== undefined) {
        yield next;
        // The reader asks for more, so it has finished with this one.
        await this.#acknowledge(next.index);
        continue;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isFed && this.#running === 0) break;
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
    const { clock, desk } = this.#host;
    const patience = sleep(clock, longestCleaning, this.#abort.signal).catch(() => {});
    await Promise.race([desk.cleaned(this.id), patience]);
    await this.#end();
  }

  async #acknowledge(index: number): Promise<void> {
    this.#running -= 1;
    this.#wakeInput();
    if (this.#marks.read(index)) await this.#safely(() => this.#marks.save());
  }

  async #stop(reason: unknown): Promise<void> {
    if (this.#ending !== undefined) return this.#ending;
    const { desk, report } = this.#host;
    desk.leave(this.id);
    this.#abort.abort(reason);
    this.#failure = reason;
    this.#wakeInput();
    this.#wakeReader();
    await this.#marks.save().catch(report);
    await this.#end();
  }

  #end(): Promise<void> {
    this.#ending ??= this.#finish();
    return this.#ending;
  }

  async #finish(): Promise<void> {
    this.#stopRenewal();
    this.#host.desk.done(this.id);
    await this.#host.store.disown(this.#host.owner).catch(this.#host.report);
    this.#host.onEnd();
  }

  async #saveManifest(changes: Partial<Manifest>): Promise<void> {
    this.#manifest = { ...this.#manifest, ...changes };
    await this.#safely(() => this.#host.store.saveManifest(this.#manifest));
  }

  /** A store that is down delays the batch, because it could lose results. */
  async #safely(write: () => Promise<unknown>): Promise<void> {
    await untilDone(this.#host.clock, this.#abort.signal, async () => {
      try {
        await write();
      } catch (error) {
        this.#host.report(error);
        throw error;
      }
    });
  }
}
