import type { FallbackKind, HitLimit } from '../error.ts';
import type { VendorLimit } from '../options/limit.ts';
import type { ContentPart, ProviderOptions, ToolCallPart } from '../request/message.ts';
import type { Decision } from './decision.ts';
import type { Cost, Usage } from './usage.ts';

/**
 * Why the answer ended. `stop`: it was done. `length`: a token limit cut it. `tool-calls`: it waits for tools.
 * `content-filter`: the vendor withheld it. `other`: the vendor gave a reason that fits none of these.
 */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'content-filter' | 'other';

/** Something in the request that the target could not take as it was. The request was answered all the same. */
export interface Warning {
  /** `unsupported`: left out. `changed`: sent in another form. `other`: see `details`. */
  readonly type: 'unsupported' | 'changed' | 'other';
  /** The field of the request, such as `topK`. */
  readonly feature: string;
  readonly details?: string;
}

/** What one attempt at one target came to. */
export interface AttemptSummary extends ServedAs {
  /** The target's id. */
  readonly target: string;
  /** Which of the provider's `keys`, from 0 on, where there are several. */
  readonly key?: number;
  /** `abandoned`: the router or the caller ended it before it was done. */
  readonly outcome: 'success' | 'failed' | 'abandoned';
  /** It was started beside another attempt that was slow or in doubt: a hedge. */
  readonly hedge?: true;
  /** Milliseconds from its start to its end. */
  readonly duration: number;
  /** Milliseconds to the first token. Streams only. */
  readonly firstToken?: number;
  /** Why it failed. No message of the vendor's, no prompt, no key. */
  readonly error?: {
    readonly kind: FallbackKind;
    readonly status?: number;
    readonly code?: string;
    /** Which of the vendor's limits was hit, where it can be told. */
    readonly limit?: HitLimit;
  };
  /** The vendor's own id of the answer and the model that answered, where known. */
  readonly response?: Pick<ResponseInfo, 'id' | 'model'>;
  readonly usage?: Usage;
  /** What it cost, where that can be known. */
  readonly cost?: Cost;
  /** `no`: it failed before the vendor did any work. `unknown`: it was cut off, and the vendor may charge for it. */
  readonly billed: 'yes' | 'no' | 'unknown';
}

/** How a vendor served an answer, as far as its price depends on it. */
export interface ServedAs {
  /**
   * The service tier: `standard`, `flex`, `priority`, `fast`, `batch`, or in lower case what else the vendor calls it. Left out
   * where nothing says it.
   */
  readonly serviceTier?: string;
  /** The region, where that has a price of its own: `us`. */
  readonly region?: string;
}

/** What the vendor said about its own answer: also how it was served, which is not always as it was asked to. */
export interface ResponseInfo extends ServedAs {
  readonly id?: string;
  /** The model that answered, as the vendor names it. */
  readonly model?: string;
  /** Response headers in lower case. Empty where the SDK hides them. */
  readonly headers: Readonly<Record<string, string>>;
  /** What is left of the vendor's limits, where it says so. */
  readonly limits?: readonly VendorLimit[];
}

/** What the results of all operations have. */
export interface OperationResult {
  /** The id of the target that answered. */
  readonly target: string;
  /** Every attempt in the order in which they ended, the successful ones included. */
  readonly attempts: readonly AttemptSummary[];
  /** Of the answer; of all calls together where there are several. */
  readonly usage: Usage;
  /** The cost of the answer; `undefined` where the price is unknown. The cost of failed attempts is in `attempts`. */
  readonly cost: Cost | undefined;
  /** How each target was considered. */
  readonly decision: Decision | undefined;
  /** What the vendor says about its answer; about the last one where there are several calls. */
  readonly response: ResponseInfo;
  readonly warnings: readonly Warning[];
  /** What else the vendor says, by provider name; with the last call where there are several. */
  readonly providerMetadata: ProviderOptions;
  /** The vendor's answer as the SDK returned it: of a stream the list of its chunks, of embeddings and images one per call. */
  readonly raw: unknown;
}

/** A complete answer. */
export interface ChatResult<T = unknown> extends OperationResult {
  /** All text parts, joined. */
  readonly text: string;
  /** Everything the model returned, in order. Goes back into the history as an assistant message's `content`. */
  readonly content: readonly ContentPart[];
  /** All reasoning parts, joined; `undefined` without any. */
  readonly reasoning: string | undefined;
  readonly toolCalls: readonly ToolCallPart[];
  /** The parsed and validated JSON where the request has a `schema`, else `undefined`. */
  readonly object: T;
  readonly finishReason: FinishReason;
  /** The answer, or the end of its stream, in the `origin` format of the request, where its target supports it. */
  readonly origin?: unknown;
}
