import type { Capabilities } from './options/capabilities.ts';
import type { KeyLimits, VendorLimit } from './options/limit.ts';
import type { GeneratedImage, ImageRequest } from './request/image.ts';
import type { JSONSchema } from './request/json.ts';
import type { ContentPart, Message, ProviderOptions } from './request/message.ts';
import type { FunctionTool, ProviderTool, RequestSettings, ResponseFormat } from './request/request.ts';
import type { FinishReason, ResponseInfo, ServedAs, Warning } from './result/result.ts';
import type { StreamContent } from './result/stream-part.ts';
import type { Usage } from './result/usage.ts';

/** A tool whose schema is JSON Schema by now. */
export interface ResolvedFunctionTool extends Omit<FunctionTool, 'inputSchema' | 'type'> {
  readonly type: 'function';
  readonly inputSchema: JSONSchema;
}

export type ResolvedTool = ResolvedFunctionTool | ProviderTool;

/** One call to one model, as a provider gets it: checked, with everything resolved. */
export interface ProviderCall extends Omit<RequestSettings, 'tools'> {
  readonly model: string;
  /** The conversation; `prompt` and `system` are messages by now. */
  readonly messages: readonly Message[];
  readonly tools?: readonly ResolvedTool[];
  /** Ask for JSON of this shape. */
  readonly responseFormat?: ResponseFormat & { readonly name: string };
  /** Aborted when the answer is no longer wanted. The provider must stop and close its socket. */
  readonly signal: AbortSignal;
  /** Most milliseconds until the connection stands, where the runtime lets that be seen. */
  readonly connectTimeout?: number;
  /**
   * Called with each sign that the vendor works on the call: the headers of a successful response, and bytes of the
   * body of a chat. Until then the router may ask another target as well, see `Timeouts.response`. Parts of a stream
   * count anyway.
   */
  readonly onActivity?: () => void;
}

/** A chat as it is before a target is chosen: checked, in one form, without what belongs to one attempt. */
export type ResolvedChatRequest = Omit<ProviderCall, 'model' | 'signal' | 'connectTimeout' | 'onActivity'>;

/** One call for embeddings to one model: never more values than the provider takes at a time. */
export interface ProviderEmbedCall
  extends Pick<
    ProviderCall,
    'model' | 'signal' | 'connectTimeout' | 'onActivity' | 'providerOptions' | 'origin'
  > {
  readonly values: readonly string[];
  readonly dimensions?: number;
}

/** Embeddings, as a provider gives them: one per value, in the order of the values. */
export interface ProviderEmbeddings {
  readonly embeddings: readonly (readonly number[])[];
  readonly usage: Usage;
  /** See `ProviderResult.cost`. */
  readonly cost?: number;
  readonly response: ResponseInfo;
  readonly warnings: readonly Warning[];
  readonly providerMetadata?: ProviderOptions;
  readonly raw: unknown;
}

/** One call for images to one model: never more of them than the provider makes at a time. */
export interface ProviderImageCall
  extends Omit<ImageRequest, 'n'>,
    Pick<ProviderCall, 'model' | 'signal' | 'connectTimeout' | 'onActivity'> {
  readonly n: number;
}

/** Images, as a provider gives them. */
export interface ProviderImages {
  readonly images: readonly GeneratedImage[];
  /** `images` can be left out: they are counted. */
  readonly usage: Usage;
  /** See `ProviderResult.cost`. */
  readonly cost?: number;
  readonly response: ResponseInfo;
  readonly warnings: readonly Warning[];
  readonly providerMetadata?: ProviderOptions;
  readonly raw: unknown;
}

/** A complete answer, as a provider gives it. */
export interface ProviderResult {
  readonly content: readonly ContentPart[];
  readonly finishReason: FinishReason;
  readonly usage: Usage;
  /** US$ that the vendor says it charges for this answer. Leave it out where the vendor does not say: it goes before the catalogue. */
  readonly cost?: number;
  readonly response: ResponseInfo;
  readonly warnings: readonly Warning[];
  readonly providerMetadata?: ProviderOptions;
  /** The vendor's answer as it came. */
  readonly raw: unknown;
  /** The same in the words of the call's `origin`, where the provider speaks them. */
  readonly origin?: unknown;
}

/** What the vendor said before or beside the answer. May come more than once; later fields win. */
export interface ProviderResponsePart extends ServedAs {
  readonly type: 'response';
  readonly id?: string;
  readonly model?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly limits?: readonly VendorLimit[];
  readonly warnings?: readonly Warning[];
  /** Usage known so far, kept for the case that the stream breaks. */
  readonly usage?: Usage;
}

/** Proof that the answer is complete. A stream that ends without it was cut off. */
export interface ProviderFinishPart {
  readonly type: 'finish';
  readonly finishReason: FinishReason;
  readonly usage: Usage;
  /** See `ProviderResult.cost`. */
  readonly cost?: number;
  readonly providerMetadata?: ProviderOptions;
  /** The chunks of the stream, as the SDK gave them. */
  readonly raw?: readonly unknown[];
  /** The same in the words of the call's `origin`, where the provider speaks them. */
  readonly origin?: unknown;
}

/**
 * A request that continues or leaves something at the vendor. It is sent to one target only, without failover, because
 * no other has what it hangs on.
 */
export interface Binding {
  /** The id of the answer that it continues: it goes to the target that gave it, where this router knows which. */
  readonly responseId?: string;
}

export type ProviderStreamPart = StreamContent | ProviderResponsePart | ProviderFinishPart;

/** Bytes of bodies: of requests, and of answers after decompression. */
export interface Traffic {
  readonly sent: number;
  readonly received: number;
}

/**
 * The seam to a vendor. It maps a call to the vendor's SDK and the answer back, and knows nothing of routers, retries or other targets.
 *
 * - It throws nothing but `ProviderError`.
 * - It never retries, and it stops at once when `call.signal` aborts.
 * - `stream` yields `finish` as its last part if and only if the vendor marked the answer complete.
 *
 * @example
 * const echo: Provider<'echo'> = {
 *   name: 'echo',
 *   async chat(call) { … },
 *   async *stream(call) { yield { type: 'text-delta', text: 'hi' }; yield { type: 'finish', finishReason: 'stop', usage: {} }; },
 * };
 */
export interface Provider<Name extends string = string> {
  readonly name: Name;
  chat(call: ProviderCall): Promise<ProviderResult>;
  stream(call: ProviderCall): AsyncIterable<ProviderStreamPart>;
  /**
   * The same provider with each of several keys. The router goes from one to the next where a key is refused or at its limit,
   * and keeps apart what it knows of each.
   */
  readonly keys?: readonly Provider[];
  /** What its key may be sent, over all targets that use it. */
  readonly limits?: KeyLimits;
  /**
   * Gets ready for the first request: loads what it is made with, and opens a connection where that can be done without
   * sending a request to a model. It ends when `signal` aborts; what fails in it is no verdict on the provider.
   */
  warmup?(signal: AbortSignal): Promise<void>;
  /**
   * Loads what a call needs, such as the SDK; `undefined` once it is loaded. The router waits for it before an attempt begins, so that
   * loading counts neither as the target's latency nor against a timeout of the attempt. If it rejects, the call is made all the same.
   */
  load?(): Promise<unknown> | undefined;
  /** What has gone over its own connections so far; left out where an SDK or a client of the application's opens them. */
  readonly traffic?: Traffic;
  /** Left out by a provider that has no embeddings. */
  embed?(call: ProviderEmbedCall): Promise<ProviderEmbeddings>;
  /** Most values, and most characters in all of them, in one call of `embed`. Default: 96 values, 300,000 characters. */
  readonly embedLimits?: { readonly values: number; readonly characters: number };
  /** Left out by a provider that makes no images. */
  image?(call: ProviderImageCall): Promise<ProviderImages>;
  /** Most images in one call of `image`. Default: 1. */
  imagesPerCall?(model: string): number;
  /** What its models can and cannot do, as far as that is known. A target's own `capabilities` go before. */
  capabilities?(model: string): Capabilities;
  /**
   * What a model lacks for this request, in words, as far as that shows in its options or in what it combines; `undefined`:
   * nothing. A target that lacks something is left out.
   */
  lacks?(request: ResolvedChatRequest, model: string): string | undefined;
  /**
   * Called once for each target, where models are more than names: gives the provider of this one model, and the name to call
   * it by. Throws `ConfigError` for what is no model of its own.
   */
  withModel?(model: string | object): { readonly provider: Provider; readonly model: string };
  /** How a call with these options asks to be served, where that has a price of its own; else `undefined`. */
  servedAs?(options: ProviderOptions): ServedAs | undefined;
  /** How a request hangs on what the vendor keeps under this key; `undefined` where it does not. */
  boundBy?(options: ProviderOptions): Binding | undefined;
}
