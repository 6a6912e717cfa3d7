import type {
  GenerateResult,
  ImageCall,
  ImageResultSpec,
  Keyed,
  LanguageCall,
  WarningSpec,
} from '../../../providers/ai-sdk/spec.ts';

/** The AI SDK's batch interface (`BatchV4` of `@ai-sdk/provider`), by structure. */

/** One request of a batch. */
export type RequestSpec = {
  /** Your own id of it, unique in the batch. */
  readonly id: string;
  /** A route, a target, a model or an alias. */
  readonly modelId: string;
} & (
  | {
      readonly type: 'text';
      /** The argument of the model's own call. */
      readonly options: Omit<LanguageCall, 'abortSignal' | 'headers'>;
    }
  | {
      readonly type: 'image';
      /** The argument of the model's own call. */
      readonly options: Pick<ImageCall, 'providerOptions'> & Partial<ImageCall>;
    }
);

/** The state of a batch. */
export interface BatchStatusSpec {
  /** Whether it has ended, the same for all providers. */
  readonly status: 'pending' | 'completed' | 'failed';
  /** The router's own state of it. */
  readonly rawStatus?: string;
  /** How many requests are in which state. */
  readonly requestCounts?: {
    /** All of them. */
    readonly total: number;
    /** Those without an outcome. */
    readonly pending: number;
    /** Those with an answer. */
    readonly completed: number;
    /** Those that failed. */
    readonly failed: number;
  };
  /** When it was started, as an ISO date. */
  readonly createdAt?: string;
  /** Its deadline, as an ISO date. */
  readonly expiresAt?: string;
}

/** The outcome of one request. */
export type BatchItemSpec = {
  /** The request's id. */
  readonly id: string;
} & (
  | {
      readonly type: 'text';
      /** The request has its answer. */
      readonly status: 'succeeded';
      /** The answer. */
      readonly result: GenerateResult;
    }
  | {
      readonly type: 'image';
      /** The request has its answer. */
      readonly status: 'succeeded';
      /** The images. */
      readonly result: ImageResultSpec;
    }
  | {
      /** The kind of request. */
      readonly type: 'text' | 'image';
      /** Why there is no answer. */
      readonly status: 'failed' | 'cancelled' | 'expired';
      /** What went wrong. */
      readonly error: {
        /** What went wrong, in words. */
        readonly message: string;
        /** The class of the error. */
        readonly type?: string;
        /** The code of the error. */
        readonly code?: string;
        /** The HTTP status. Omitted if there was no response. */
        readonly statusCode?: number;
      };
    }
);

/** Fields of every call of the AI SDK to a batch interface. */
export interface BatchCallSpec {
  /** Options by provider. */
  readonly providerOptions?: Keyed;
  /** Cancels the call, not the batch. */
  readonly abortSignal?: AbortSignal;
  /** Headers for the vendor. The router sends none of them. */
  readonly headers?: Record<string, string | undefined>;
}

/** A call about one batch. */
export interface BatchOperationSpec extends BatchCallSpec {
  /** The id that `doStartBatch` returned. */
  readonly batchId: string;
}

/** A router as an AI SDK batch interface, for `startBatch`, `getBatchStatus`, `getBatchResults`, `cancelBatch` and `listBatches`. */
export interface RouterBatch<Id extends string = string> {
  readonly specificationVersion: 'v4';
  /** Its name for the AI SDK. */
  readonly provider: string;
  /** URLs that are sent unchanged; other files are sent as data. */
  readonly supportedUrls: Record<string, RegExp[]>;
  /** Starts a batch. The AI SDK calls it. */
  doStartBatch(
    options: BatchCallSpec & {
      readonly requests: readonly { readonly id: string; readonly modelId: Id; readonly type: string }[];
      readonly webhookUrl?: string;
    },
  ): Promise<
    BatchStatusSpec & {
      readonly batchId: string;
      readonly warnings: { readonly requestId?: string; readonly warning: WarningSpec }[];
    }
  >;
  /** Returns the state of a batch. The AI SDK calls it. */
  doGetBatchStatus(options: BatchOperationSpec): Promise<BatchStatusSpec>;
  /** Returns the results of a batch as a stream. The AI SDK calls it. */
  doGetBatchResults(options: BatchOperationSpec): Promise<ReadableStream<BatchItemSpec>>;
  /** Cancels a batch. Requests that have finished keep their results. The AI SDK calls it. */
  doCancelBatch(options: BatchOperationSpec): Promise<object>;
  /** Returns batches, a page at a time. The AI SDK calls it. */
  doListBatches(
    options: BatchCallSpec & { readonly limit?: number; readonly cursor?: string },
  ): Promise<{ batches: (BatchStatusSpec & { readonly batchId: string })[]; nextCursor?: string }>;
}
