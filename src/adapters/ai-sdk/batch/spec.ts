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
export type RequestSpec = { readonly id: string; readonly modelId: string } & (
  | { readonly type: 'text'; readonly options: Omit<LanguageCall, 'abortSignal' | 'headers'> }
  | { readonly type: 'image'; readonly options: Pick<ImageCall, 'providerOptions'> & Partial<ImageCall> }
);

/** The state of a batch. */
export interface BatchStatusSpec {
  /** `failed` also for a batch that expired or was canceled; its results can be read. */
  readonly status: 'pending' | 'completed' | 'failed';
  /** In OpenAI's words, such as `expired`. */
  readonly rawStatus?: string;
  /** Numbers of requests. */
  readonly requestCounts?: {
    /** All of the batch. */
    readonly total: number;
    /** Without a result. */
    readonly pending: number;
    /** With an answer. */
    readonly completed: number;
    /** With an error. */
    readonly failed: number;
  };
  /** An ISO date. */
  readonly createdAt?: string;
  /** The deadline, as an ISO date. */
  readonly expiresAt?: string;
}

/** The outcome of one request. */
export type BatchItemSpec = {
  /** That of the request. */
  readonly id: string;
} & (
  | {
      /** That of the request. */
      readonly type: 'text';
      /** It has an answer. */
      readonly status: 'succeeded';
      /** The answer. */
      readonly result: GenerateResult;
    }
  | {
      /** That of the request. */
      readonly type: 'image';
      /** It has images. */
      readonly status: 'succeeded';
      /** The images. */
      readonly result: ImageResultSpec;
    }
  | {
      /** That of the request. */
      readonly type: 'text' | 'image';
      /** `expired`: it was not run by the deadline. */
      readonly status: 'failed' | 'cancelled' | 'expired';
      /** Why there is no answer. */
      readonly error: {
        /** In words, without prompts and keys. */
        readonly message: string;
        /** The vendor's type of error. */
        readonly type?: string;
        /** The vendor's code, otherwise the router's. */
        readonly code?: string;
        /** The status of the vendor's response. */
        readonly statusCode?: number;
      };
    }
);

interface CallSpec {
  readonly providerOptions?: Keyed;
  readonly abortSignal?: AbortSignal;
  readonly headers?: Record<string, string | undefined>;
}

interface OperationSpec extends CallSpec {
  readonly batchId: string;
}

/** A router as an AI SDK batch interface, for `startBatch`, `getBatchStatus`, `getBatchResults`, `cancelBatch` and `listBatches`. */
export interface RouterBatch<Id extends string = string> {
  /** The version of the interface. */
  readonly specificationVersion: 'v4';
  /** `signalbox`. */
  readonly provider: string;
  /** URLs that every target can fetch; other files are sent as data. */
  readonly supportedUrls: Record<string, RegExp[]>;
  /** Stores a batch, and begins to work on it. */
  doStartBatch(
    options: CallSpec & {
      readonly requests: readonly { readonly id: string; readonly modelId: Id; readonly type: string }[];
      readonly webhookUrl?: string;
    },
  ): Promise<
    BatchStatusSpec & {
      readonly batchId: string;
      readonly warnings: { readonly requestId?: string; readonly warning: WarningSpec }[];
    }
  >;
  /** The state of a batch. */
  doGetBatchStatus(options: OperationSpec): Promise<BatchStatusSpec>;
  /** The results of a batch that is over. */
  doGetBatchResults(options: OperationSpec): Promise<ReadableStream<BatchItemSpec>>;
  /** Cancels a batch. What is done by then still has its result. */
  doCancelBatch(options: OperationSpec): Promise<object>;
  /** Batches, newest first, in pages. */
  doListBatches(
    options: CallSpec & { readonly limit?: number; readonly cursor?: string },
  ): Promise<{ batches: (BatchStatusSpec & { readonly batchId: string })[]; nextCursor?: string }>;
}
