import type { CallOptions } from '../options/call-options.ts';
import type { EmbedRequest, EmbedResult } from '../request/embed.ts';
import type { ImageRequest, ImageResult } from '../request/image.ts';
import type { JSONValue } from '../request/json.ts';
import type { ChatRequest } from '../request/request.ts';
import type { ChatResult } from '../result/result.ts';
import type { Store } from '../store.ts';

/** Call options of one request of a batch. The others concern the batch as a whole. */
export type BatchCallOptions = Omit<CallOptions, 'signal' | 'accept' | 'auth' | 'deadline' | 'window'>;

/** One request of `router.batch`: a chat, an embedding, or images with `kind: 'image'`. */
export type BatchRequest = (ChatRequest | EmbedRequest | (ImageRequest & { readonly kind: 'image' })) & {
  /** Your own id of it, which comes back with its result. @default its position, from 0 */
  readonly id?: string;
  /** Call options of this request alone, over those of the batch; `metadata` and `tags` are merged. @default none */
  readonly options?: BatchCallOptions;
  /** Anything of yours, as JSON, that comes back with the result. @default none */
  readonly data?: JSONValue;
};

/**
 * The requests of a batch: an iterable, or text with one request a line as JSON (JSONL), such as
 * `createReadStream('requests.jsonl')` or the stream of a `Blob`. Read as there is room for more.
 */
export type BatchInput = Iterable<BatchRequest> | AsyncIterable<BatchRequest | Uint8Array | string>;

/**
 * Options of `router.batch`. All call options hold for each request; the deadline is that of the whole. `timeout.request` is off
 * unless it is set.
 */
export interface BatchOptions<TargetId extends string = string, RouteName extends string = string>
  extends CallOptions<TargetId, RouteName> {
  /** A unique name, by which `router.batches.resume` finds it. @default a random one */
  readonly batchId?: string;
  /** Maximum requests in memory: those in flight, and results that have not been read. @default 10,000 */
  readonly maxInFlight?: number;
  /**
   * Milliseconds after the deadline that the state is kept in the store; without a deadline, from the start.
   * @default 30 days, as long as vendors keep results
   */
  readonly keep?: number;
  /** Where the state of this batch is kept. @default the router's store */
  readonly store?: Store;
}

/** Options of `router.batches.resume`: what the store cannot hold. */
export interface ResumeOptions extends Pick<CallOptions, 'accept' | 'signal' | 'deadline'> {
  /**
   * The same requests as before, if they may not all have been read: those that were are skipped.
   * @default those that were read
   */
  readonly requests?: BatchInput;
  /** Restores what a stored request lacks, such as a Zod schema. @default nothing */
  readonly restore?: (request: BatchRequest, index: number) => BatchRequest;
  /** The `store` that `router.batch` was given. @default the router's store */
  readonly store?: Store;
}

/** The outcome of one request of a batch. */
export interface BatchResult {
  /** The request's own id, or its position. */
  readonly id: string;
  /** Its position, from 0. */
  readonly index: number;
  /** The answer; `undefined` if it failed. After a restart without `raw`, which the store does not hold. */
  readonly result?: ChatResult | EmbedResult | ImageResult;
  /** Why it failed, as `router.chat` would throw it. After a restart only its name, code and message. */
  readonly error?: Error;
  /**
   * US$ by which the answer was cheaper than it would have been on the tier `standard` (negative if it was not); `undefined` if
   * the price is unknown.
   */
  readonly saved?: number;
  /** The request's `data`. */
  readonly data?: JSONValue;
}

/** One batch at a vendor. */
export interface VendorBatchReport {
  /** Id of the target. */
  readonly target: string;
  /** `undefined` while it is being submitted. */
  readonly vendorId: string | undefined;
  /** `submitting`: not yet confirmed by the vendor. `submitted`: the vendor has it. `read`: its results are here. */
  readonly state: 'submitting' | 'submitted' | 'read';
  /** How many requests it holds. */
  readonly requests: number;
}

/** A batch as a whole. */
export interface BatchReport {
  /** The batch's name. */
  readonly id: string;
  /** `done`: all results have been read. */
  readonly state: 'running' | 'canceled' | 'done';
  /** Requests read so far. */
  readonly requests: number;
  /** Requests with an answer. */
  readonly succeeded: number;
  /** Requests that failed for good. */
  readonly failed: number;
  /** US$ so far, of the answers. */
  readonly cost: number;
  /** US$ so far by which the answers were cheaper than on the tier `standard`. */
  readonly saved: number;
  /** Whether all requests have been read. */
  readonly complete: boolean;
  /** The batches at vendors that it consists of. */
  readonly batches: readonly VendorBatchReport[];
}

/** A batch in progress. */
export interface Batch {
  /** Its name: `batchId`, or a random one. `router.batches.resume` takes it. */
  readonly id: string;
  /**
   * The results as they arrive, in any order. Can be iterated once. A result that has been read is not repeated after a restart,
   * except for the last few before a crash. Reading makes room for further requests, so it must go on until the end.
   */
  readonly results: AsyncIterable<BatchResult>;
  /** How far it is, from what this process knows. */
  status(): BatchReport;
  /** Stops: cancels the vendors' batches. What is done by then still has its result. */
  cancel(): Promise<void>;
  /** Stops work in this process; `router.batches.resume` continues it here or elsewhere. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Batches of a router. */
export interface Batches {
  /**
   * Continues a batch from the store after a restart. Waits while another process works on it.
   *
   * @throws StoreError if the store has no such batch
   */
  resume(id: string, options?: ResumeOptions): Promise<Batch>;
  /**
   * Cancels a batch, whichever process works on it: that one stops within ten seconds. Without one, `resume` finds the batch
   * canceled. What is done by then still has its result.
   *
   * @throws StoreError if the store has no such batch
   */
  cancel(id: string, options?: Pick<ResumeOptions, 'store'>): Promise<void>;
  /** The router's store, in which batches are kept. */
  readonly store: Store;
}
