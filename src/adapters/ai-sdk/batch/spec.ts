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
  readonly status: 'pending' | 'completed' | 'failed';
  readonly rawStatus?: string;
  readonly requestCounts?: {
    readonly total: number;
    readonly pending: number;
    readonly completed: number;
    readonly failed: number;
  };
  /** ISO dates. */
  readonly createdAt?: string;
  readonly expiresAt?: string;
}

/** The outcome of one request. */
export type BatchItemSpec = { readonly id: string } & (
  | { readonly type: 'text'; readonly status: 'succeeded'; readonly result: GenerateResult }
  | { readonly type: 'image'; readonly status: 'succeeded'; readonly result: ImageResultSpec }
  | {
      readonly type: 'text' | 'image';
      readonly status: 'failed' | 'cancelled' | 'expired';
      readonly error: {
        readonly message: string;
        readonly type?: string;
        readonly code?: string;
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
  readonly specificationVersion: 'v4';
  readonly provider: string;
  readonly supportedUrls: Record<string, RegExp[]>;
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
  doGetBatchStatus(options: OperationSpec): Promise<BatchStatusSpec>;
  doGetBatchResults(options: OperationSpec): Promise<ReadableStream<BatchItemSpec>>;
  doCancelBatch(options: OperationSpec): Promise<object>;
  doListBatches(
    options: CallSpec & { readonly limit?: number; readonly cursor?: string },
  ): Promise<{ batches: (BatchStatusSpec & { readonly batchId: string })[]; nextCursor?: string }>;
}
