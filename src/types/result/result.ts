import type { FallbackKind, HitLimit } from '../error.ts';
import type { VendorLimit } from '../options/limit.ts';
import type { ContentPart, ProviderOptions, ToolCallPart } from '../request/message.ts';
import type { Decision } from './decision.ts';
import type { Cost, Usage } from './usage.ts';

/**
 * Why the answer ended. `stop`: it is complete. `length`: it reached a token limit. `tool-calls`: the model waits for tool results.
 * `content-filter`: the vendor withheld content. `other`: any other reason.
 */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other';

/** A part of the request that the target did not support as given. The request was answered nevertheless. */
export interface Warning {
  /** `unsupported`: omitted. `changed`: sent in another form. `other`: see `details`. */
  readonly type: 'unsupported' | 'changed' | 'other';
  /** The affected field of the request, such as `topK`. */
  readonly feature: string;
  /** What was done instead, in words. */
  readonly details?: string;
}

/** The outcome of one attempt. */
export interface AttemptSummary extends ServedAs {
  /** The target's id. */
  readonly target: string;
  /** Index of the key in the provider's `keys`; omitted if there is only one. */
  readonly key?: number;
  /** `abandoned`: the router or the caller ended it early. */
  readonly outcome: 'success' | 'failed' | 'abandoned';
  /** It was started beside another attempt that was slow or in doubt: a hedge. */
  readonly hedge?: true;
  /** Milliseconds from start to end. */
  readonly duration: number;
  /** Milliseconds to the first token. Streams only. */
  readonly firstToken?: number;
  /** Why it failed. Contains no vendor message, prompt or key. */
  readonly error?: {
    /** What went wrong, as `fallbackOn` names it. */
    readonly kind: FallbackKind;
    /** The HTTP status; omitted if there was no response. */
    readonly status?: number;
    /** The vendor's code, such as `model_not_found`; omitted if it sent none. */
    readonly code?: string;
    /** The vendor limit that was exceeded, if known. */
    readonly limit?: HitLimit;
  };
  /** The vendor's id of the answer and the model that answered, if known. */
  readonly response?: Pick<ResponseInfo, 'id' | 'model'>;
  /** The tokens of the attempt, if known. */
  readonly usage?: Usage;
  /** Its cost, if known. */
  readonly cost?: Cost;
  /** `no`: it failed before the vendor did any work. `unknown`: it was cut off, so the vendor may charge for it. */
  readonly billed: 'yes' | 'no' | 'unknown';
}

/** How a vendor served an answer, where that affects the price. */
export interface ServedAs {
  /**
   * The service tier: `standard`, `flex`, `priority`, `fast`, `batch`, or the vendor's own name in lower case. Omitted if not
   * reported.
   */
  readonly serviceTier?: string;
  /** The region, if it has its own price: `us`. */
  readonly region?: string;
}

/** The vendor's response metadata, including how it served the answer, which may differ from the request. */
export interface ResponseInfo extends ServedAs {
  /** The vendor's id of the answer. */
  readonly id?: string;
  /** The vendor's name of the model that answered. */
  readonly model?: string;
  /** Response headers, names in lower case. Empty if the SDK hides them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Remaining vendor limits, if reported. */
  readonly limits?: readonly VendorLimit[];
}

/** The fields that the results of all operations share. */
export interface OperationResult {
  /** The id of the target that answered; `last-resort` if it was the route's `lastResort`. */
  readonly target: string;
  /** All attempts in the order they ended, including successful ones. */
  readonly attempts: readonly AttemptSummary[];
  /** Usage of the answer; the sum if it took several calls. */
  readonly usage: Usage;
  /** The cost of the answer; `undefined` if the price is unknown. The cost of failed attempts is in `attempts`. */
  readonly cost: Cost | undefined;
  /** How the targets were chosen. */
  readonly decision: Decision | undefined;
  /** The vendor's response metadata; of the last call if there are several. */
  readonly response: ResponseInfo;
  /** Parts of the request that were not sent as given. */
  readonly warnings: readonly Warning[];
  /** Further vendor metadata, by provider name; of the last call if there are several. */
  readonly providerMetadata: ProviderOptions;
  /**
   * The answer as the SDK returned it: one element per call for embeddings and images, the list of chunks for a stream. Of a stream
   * of more than 16 chunks, the first 8 and the last 8; all of them if the request has `includeRaw`.
   */
  readonly raw: unknown;
}

/** A complete answer. */
export interface ChatResult<T = unknown> extends OperationResult {
  /** All text parts, concatenated. */
  readonly text: string;
  /** Everything the model returned, in order. Use it as an assistant message's `content` in the history. */
  readonly content: readonly ContentPart[];
  /** All reasoning parts, concatenated; `undefined` if there are none. */
  readonly reasoning: string | undefined;
  /** The calls of tools, in order. */
  readonly toolCalls: readonly ToolCallPart[];
  /** The parsed and validated JSON if the request has a `schema`; otherwise `undefined`. */
  readonly object: T;
  /** Why the answer ended. */
  readonly finishReason: FinishReason;
  /** The answer, or the end of its stream, in the format of the request's `origin`, if the target supports it. */
  readonly origin?: unknown;
}
