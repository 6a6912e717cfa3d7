import type { Warning } from '../result/result.ts';

/** What the requests of a vendor's batch are for. A batch has one kind only. */
export type BatchKind = 'chat' | 'embed' | 'image';

/** One request of a vendor's batch. */
export interface BatchItem {
  /** Unique in its batch: at most 64 letters, digits, `-` and `_`, which every vendor accepts. */
  readonly id: string;
  /** The body of the vendor's synchronous request, as JSON. */
  readonly body: string;
}

/** A batch to submit. */
export interface BatchPlan {
  /** Our own id of it. The vendor keeps it where it can, so that `find` recognizes the batch after a crash. */
  readonly id: string;
  /** What all of its requests are for. */
  readonly kind: BatchKind;
  /** The vendor's name of the model, the same for all requests. */
  readonly model: string;
  /** The requests, within the vendor's limits. */
  readonly items: readonly BatchItem[];
}

/** A batch that may have been submitted: everything that is known of it before the vendor has answered. */
export interface BatchTrace extends Omit<BatchPlan, 'items'> {
  /** Ids of the items, in the order they were sent. */
  readonly items: readonly string[];
  /** When the submission began, in milliseconds since 1970. */
  readonly submittedAt: number;
}

/**
 * The state of a vendor's batch.
 *
 * - `pending`: not done.
 * - `ended`: done, canceled or expired; `results` yields what there is.
 * - `refused`: the vendor ran none of it, because it has no room in its queue now.
 */
export interface BatchStatus {
  /** How far it is; see above. */
  readonly state: 'pending' | 'ended' | 'refused';
  /** Requests that are done, where the vendor reports it. */
  readonly done?: number;
  /** Why the batch was refused: a `ProviderError`. */
  readonly error?: Error;
}

/** The answer to one request of a batch. */
export interface BatchAnswer {
  /** Id of the `BatchItem` that it answers. */
  readonly id: string;
  /** The body of the answer, as JSON that has been parsed; `undefined` if there is none. */
  readonly body?: unknown;
  /** Why there is no answer: a `ProviderError`. */
  readonly error?: Error;
}

/** A call in the vendor's form, and how to read its answer. */
export interface PreparedCall<Result> {
  /** The body of the vendor's synchronous request, as JSON. */
  readonly body: string;
  /** Parts of the call that are not sent as given; empty if there are none. */
  readonly warnings: readonly Warning[];
  /** Converts the body of an answer. Throws `ProviderError` for one that is not complete. */
  read(body: unknown): Result;
}

/** The key of a call's `metadata` that names its item. A symbol, so that it stays out of events that are written as JSON. */
export const batchItem: unique symbol = Symbol.for('signalbox.batch-item');

/** How a call may wait for its answer. */
export interface Deferral {
  /** Maximum milliseconds until the call is submitted. */
  readonly window: number;
  /** When the answer is needed, in milliseconds since 1970; `Infinity` if at any time. */
  readonly deadline: number;
  /** The item of a batch that the call is for, by which it is recognized after a restart; `undefined` for other calls. */
  readonly item: string | undefined;
}

/** Per-call options of batch methods. */
export interface BatchCall {
  /** Aborts the step. */
  readonly signal: AbortSignal;
  /** Maximum milliseconds to connect, where the runtime exposes that. */
  readonly connectTimeout?: number;
  /** How much of the vendor's message errors contain, see `ProviderCall.errors`. */
  readonly errors?: 'full' | 'hidden';
}
