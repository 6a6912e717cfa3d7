import type { ProviderCall, ProviderEmbedCall, ProviderImageCall } from '../request/call.ts';
import type { ProviderEmbeddings, ProviderImages, ProviderResult } from '../result/answer.ts';
import type { BatchAnswer, BatchCall, BatchPlan, BatchStatus, BatchTrace, PreparedCall } from './batch.ts';

/** A vendor's limits of one batch. */
export interface BatchLimits {
  /** Maximum number of requests. */
  readonly requests: number;
  /** Maximum size of all requests together, in bytes. */
  readonly bytes: number;
  /** Maximum values to embed, of all requests together. @default none */
  readonly values?: number;
  /** Maximum input tokens of all requests together. @default none */
  readonly tokens?: number;
}

/**
 * A vendor's batch interface: requests that are answered within hours, at a lower price. Each method is one step of the life cycle
 * and never retries. All throw only `ProviderError`.
 */
export interface ProviderBatches {
  /** What one batch can hold. */
  readonly limits: BatchLimits;
  /** Converts a chat to the vendor's form, and its answer back. */
  prepareChat(call: ProviderCall): PreparedCall<ProviderResult>;
  /** Omitted by vendors without embeddings in batches. */
  prepareEmbed?(call: ProviderEmbedCall): PreparedCall<ProviderEmbeddings>;
  /** Omitted by vendors without images in batches. */
  prepareImage?(call: ProviderImageCall): PreparedCall<ProviderImages>;
  /** Submits a batch. Returns the vendor's id of it. */
  submit(plan: BatchPlan, call: BatchCall): Promise<string>;
  /**
   * Finds a batch whose submission has no known outcome. `undefined`: it does not exist. `unclear`: the vendor cannot say yet; ask
   * again later.
   */
  find(trace: BatchTrace, call: BatchCall): Promise<string | undefined | 'unclear'>;
  /** Asks for the state of a batch. */
  status(vendorId: string, call: BatchCall): Promise<BatchStatus>;
  /** The answers of a batch that has ended, in any order, read from the vendor as they are consumed. Can be repeated. */
  results(vendorId: string, trace: BatchTrace, call: BatchCall): AsyncIterable<BatchAnswer>;
  /** Asks the vendor to stop. Requests that have begun may still be answered, and charged. */
  cancel(vendorId: string, call: BatchCall): Promise<void>;
  /** Deletes what the vendor stores of the batch. */
  remove(vendorId: string, call: BatchCall): Promise<void>;
}
