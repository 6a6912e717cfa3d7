import type { VendorLimit } from '../options/limit.ts';
import type { GeneratedImage } from '../request/image.ts';
import type { ContentPart, ProviderOptions } from '../request/message.ts';
import type { FinishReason, ResponseInfo, ServedAs, Warning } from './result.ts';
import type { StreamContent } from './stream-part.ts';
import type { Usage } from './usage.ts';

/** What every answer of a provider reports. */
export interface ProviderReport {
  /** The tokens that the vendor counted; without fields if it reports none. */
  readonly usage: Usage;
  /** The charge in US$ that the vendor reported for this answer. Omit it if there is none: it takes precedence over the catalog. */
  readonly cost?: number;
  /** The vendor's response metadata. */
  readonly response: ResponseInfo;
  /** Parts of the call that were not sent as given; empty if there are none. */
  readonly warnings: readonly Warning[];
  /** Further metadata under the provider's name. Omitted if there is none. */
  readonly providerMetadata?: ProviderOptions;
  /** The vendor's raw answer. */
  readonly raw: unknown;
}

/** A provider's embeddings, one per value and in the same order. */
export interface ProviderEmbeddings extends ProviderReport {
  /** One vector per value, in the same order. */
  readonly embeddings: readonly (readonly number[])[];
}

/** A provider's images. `usage.images` may be omitted; the router counts them. */
export interface ProviderImages extends ProviderReport {
  /** The images that the vendor made; they may be fewer than `n`. */
  readonly images: readonly GeneratedImage[];
}

/** A provider's complete answer. */
export interface ProviderResult extends ProviderReport {
  /** Everything the model returned, in order. */
  readonly content: readonly ContentPart[];
  /** Why the answer ended. */
  readonly finishReason: FinishReason;
  /** The same in the format of the call's `origin`, if the provider supports it. */
  readonly origin?: unknown;
}

/** Response metadata. May occur more than once; later fields win. */
export interface ProviderResponsePart extends ServedAs {
  readonly type: 'response';
  /** The vendor's id of the answer. */
  readonly id?: string;
  /** The vendor's name of the model that answers. */
  readonly model?: string;
  /** Response headers, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Remaining vendor limits, if reported. */
  readonly limits?: readonly VendorLimit[];
  /**
   * All of the above in one object of its own, to which later parts are added, and which results show as it is. Its getters
   * are not called: headers may be decoded when they are read. Values of the part itself win.
   */
  readonly response?: ResponseInfo;
  /** Parts of the call that were not sent as given. */
  readonly warnings?: readonly Warning[];
  /** Usage known so far, in case the stream breaks. */
  readonly usage?: Usage;
}

/** Proof that the answer is complete. A stream that ends without it is treated as cut off. */
export interface ProviderFinishPart {
  readonly type: 'finish';
  /** Why the answer ended. */
  readonly finishReason: FinishReason;
  /** The tokens that the vendor counted; without fields if it reports none. */
  readonly usage: Usage;
  /** See `ProviderResult.cost`. */
  readonly cost?: number;
  /** Further metadata under the provider's name. Omitted if there is none. */
  readonly providerMetadata?: ProviderOptions;
  /** The chunks of the stream, as the SDK returned them. Signalbox's own providers keep all only with `includeRaw`. */
  readonly raw?: readonly unknown[];
  /** The same in the format of the call's `origin`, if the provider supports it. */
  readonly origin?: unknown;
}

/** A part of a provider's stream: what the model writes, metadata, and `finish` as the proof of its end. */
export type ProviderStreamPart = StreamContent | ProviderResponsePart | ProviderFinishPart;
