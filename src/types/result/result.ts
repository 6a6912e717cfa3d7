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

/** A complete answer. */
export interface ChatResult<T = unknown> {
  /** All text parts, joined. */
  readonly text: string;
  /** Everything the model gave, in order. Goes back into the history as an assistant message's `content`. */
  readonly content: readonly ContentPart[];
  /** All reasoning parts, joined; `undefined` where there are none. */
  readonly reasoning: string | undefined;
  readonly toolCalls: readonly ToolCallPart[];
  /** The parsed and validated JSON where the request had a `schema`, else `undefined`. */
  readonly object: T;
  readonly finishReason: FinishReason;
  readonly usage: Usage;
  /** What the answer cost; `undefined` where no price is known. Failed attempts are in `attempts`. */
  readonly cost: Cost | undefined;
  /** The id of the target that answered. */
  readonly target: string;
  /** Every attempt in the order they ended, the successful one included. */
  readonly attempts: readonly AttemptSummary[];
  /** How each target was considered. */
  readonly decision: Decision | undefined;
  readonly response: ResponseInfo;
  readonly warnings: readonly Warning[];
  /** What the vendor said beyond all this, keyed by provider name. */
  readonly providerMetadata: ProviderOptions;
  /** The vendor's answer as the SDK gave it; of a stream the list of its chunks. */
  readonly raw: unknown;
  /** The answer, or the end of its stream, in the words of the request's `origin`, where its target speaks them. */
  readonly origin?: unknown;
}
