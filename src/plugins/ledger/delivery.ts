import PQueue from 'p-queue';
import pRetry from 'p-retry';
import type { Clock } from '../../types/clock.ts';
import type { LedgerWriter } from './reading.ts';
import type { LedgerRecord } from './types.ts';

/** The state of the records so far. A record is a request or an audit entry. */
export interface LedgerStatus {
  /** Records that wait to be written. */
  readonly buffered: number;
  /** Records that have been written. */
  readonly written: number;
  /** Records that were lost: the buffer was full, or the ledger was closed while nothing could be written. */
  readonly dropped: number;
  /** Why the last attempt to write failed; `undefined` if it succeeded. */
  readonly error: unknown;
}

export interface DeliveryOptions {
  readonly writer: LedgerWriter;
  /** Maximum records in a batch. */
  readonly batch: number;
  /** Milliseconds from a record to its batch. */
  readonly interval: number;
  /** Maximum records that wait. */
  readonly buffer: number;
  /** Milliseconds that `close` takes at most. */
  readonly closeTimeout: number;
  clock(): Clock;
  report(error: unknown): void;
  /** Called after each batch. */
  written(): Promise<void>;
}

/** Between attempts to write, in milliseconds. */
const firstPause = 100;
const longestPause = 30_000;

/**
 * Writes records in batches, one batch at a time and in their order. A failed batch is retried until it is written; later records
 * wait in a bounded buffer, which drops its oldest record when it is full.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #waiting = new AbortController();
  #fresh: (() => LedgerRecord)[] = [];
  readonly #made: LedgerRecord[] = [];
  /** The batch that is being written. */
  #current: readonly LedgerRecord[] = [];
  /** The current attempt to write it, and whether it succeeded. */
  #running: Promise<boolean> = Promise.resolve(false);
  #cancelTimer: (() => void) | undefined;
  #closing = false;
  #reportedDrop = false;
  #written = 0;
  #dropped = 0;
  #error: unknown;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  get status(): LedgerStatus {
    return {
      written: this.#written,
      dropped: this.#dropped,
      error: this.#error,
      buffered: this.#fresh.length + this.#made.length + this.#current.length,
    };
  }

  /** Adds a record, which is created together with its batch. */
  offer(make: () => LedgerRecord): void {
    const { batch, interval, clock } = this.#options;
    if (this.#closing) {
      this.#drop(1);
      return;
    }
    this.#fresh.push(make);
    if (this.#fresh.length >= batch) this.#pack();
    else this.#cancelTimer ??= clock().after(interval, () => this.#pack());
  }

  /** Resolves when all records so far are written or lost. */
  async flush(): Promise<void> {
    this.#pack();
    await this.#queue.onIdle();
  }

  async close(): Promise<void> {
    this.#pack();
    this.#closing = true;
    this.#waiting.abort();
    await this.#queue.onIdle();
    await this.#options.writer.close?.();
  }

  /** Creates the records, so that their requests are not retained while they wait. */
  #pack(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const makers = this.#fresh;
    this.#fresh = [];
    for (const make of makers) {
      try {
        this.#made.push(make());
      } catch (error) {
        this.#dropped += 1;
        this.#options.report(error);
      }
    }
    const tooMany = this.#made.length - this.#options.buffer;
    if (tooMany > 0) {
      this.#made.splice(0, tooMany);
      this.#drop(tooMany);
    }
    if (this.#made.length > 0 && this.#queue.size === 0) void this.#queue.add(() => this.#drain());
  }

  #drop(count: number): void {
    const { report, buffer } = this.#options;
    this.#dropped += count;
    if (this.#reportedDrop) return;
    this.#reportedDrop = true;
    report(new Error(`the ledger drops its oldest records: its buffer of ${buffer} is full`));
  }

  async #drain(): Promise<void> {
    const { batch, report, written } = this.#options;
    while (this.#made.length > 0) {
      this.#current = this.#made.splice(0, batch);
      const done = await this.#writeBatch();
      if (done) {
        this.#written += this.#current.length;
        this.#error = undefined;
        this.#reportedDrop = false;
      } else {
        const lost = this.#current.length + this.#made.length;
        this.#made.length = 0;
        this.#dropped += lost;
        report(new Error(`the ledger was closed with ${lost} records that could not be written`));
      }
      this.#current = [];
      if (done) await written();
    }
  }

  /** Whether the batch has been written. */
  async #writeBatch(): Promise<boolean> {
    if (!this.#closing) {
      try {
        await this.#retry(false);
        return true;
      } catch {
        // The ledger is closing. The current attempt continues.
        if (await this.#running) return true;
      }
    }
    return this.#retry(true).then(
      () => true,
      () => false,
    );
  }

  /** @param last whether the ledger is closing: then there is not much time */
  #retry(last: boolean): Promise<void> {
    const { closeTimeout, report } = this.#options;
    return pRetry(() => this.#append(), {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: firstPause,
      maxTimeout: longestPause,
      maxRetryTime: last ? closeTimeout : Number.POSITIVE_INFINITY,
      randomize: true,
      unref: !last, // a finished process does not wait for an unavailable database
      ...(last ? {} : { signal: this.#waiting.signal }),
      onFailedAttempt: ({ error }) => {
        this.#error = error;
        report(error);
      },
    });
  }

  #append(): Promise<void> {
    // p-retry does not retry a TypeError, because it treats one as a programming error.
    const own = this.#options.writer.append(this.#current).catch((error: unknown) => {
      throw error instanceof TypeError ? new Error(error.message, { cause: error }) : error;
    });
    this.#running = own.then(
      () => true,
      () => false,
    );
    return own;
  }
}
