import type {
  BatchAnswer,
  BatchCall,
  BatchPlan,
  BatchStatus,
  BatchTrace,
  Deferral,
  PreparedCall,
} from './batch/batch.ts';
import type { Capabilities } from './options/capabilities.ts';
import type { KeyLimits, VendorLimit } from './options/limit.ts';
import type { GeneratedImage, ImageRequest } from './request/image.ts';
import type { JSONSchema } from './request/json.ts';
import type { ContentPart, Message, ProviderOptions } from './request/message.ts';
import type { FunctionTool, ProviderTool, RequestSettings, ResponseFormat } from './request/request.ts';
import type { FinishReason, ResponseInfo, ServedAs, Warning } from './result/result.ts';
import type { StreamContent } from './result/stream-part.ts';
import type { Usage } from './result/usage.ts';

/** A tool whose schema has been converted to JSON Schema. */
export interface ResolvedFunctionTool extends Omit<FunctionTool, 'inputSchema' | 'type'> {
  readonly type: 'function';
  readonly inputSchema: JSONSchema;
}

export type ResolvedTool = ResolvedFunctionTool | ProviderTool;

/** The key and the headers of one call, in place of the provider's own. */
export interface CallAuth {
  readonly apiKey?: string;
  /** Sent in addition to the provider's headers, and instead of those of the same name. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One call to one model, checked and resolved. */
export interface ProviderCall extends Omit<RequestSettings, 'tools'> {
  readonly model: string;
  /** The conversation, including `prompt` and `system` as messages. */
  readonly messages: readonly Message[];
  readonly tools?: readonly ResolvedTool[];
  /** The JSON Schema of the requested output. */
  readonly responseFormat?: ResponseFormat & { readonly name: string };
  /** Aborts when the answer is no longer needed. The provider must stop and close its socket. */
  readonly signal: AbortSignal;
  /** Maximum milliseconds to connect, where the runtime exposes that. */
  readonly connectTimeout?: number;
  /**
   * Called with each sign that the vendor works on the call: the headers of a successful response, and bytes of the
   * body of a chat. Until then the router may ask another target as well, see `Timeouts.response`. Parts of a stream
   * count anyway.
   */
  readonly onActivity?: () => void;
  /**
   * How much of the vendor's message the provider's errors contain, see `ProviderError.disclose`. Omitted: what contains nothing
   * of the prompt, the key or the headers.
   */
  readonly errors?: 'full' | 'hidden';
  /** The caller's own key and headers. Only for providers with `takesAuth`. */
  readonly auth?: CallAuth;
  /** How long the call may wait; set for providers that are `deferred`. */
  readonly deferral?: Deferral;
  /**
   * What to do with signatures and vendor ids in `messages` that no account has marked, because another application's code got
   * them. Set if the router has several accounts of the vendor, or the call's `history` names another one. @default they are sent
   */
  readonly unmarked?: 'leave-out';
}

/** What belongs to one attempt rather than to the request. */
export type CallContext = Pick<
  ProviderCall,
  'model' | 'signal' | 'connectTimeout' | 'onActivity' | 'errors' | 'auth' | 'deferral' | 'unmarked'
>;

/** A checked and normalized chat request, before a target is chosen. */
export type ResolvedChatRequest = Omit<ProviderCall, keyof CallContext>;

/** One embedding call to one model, within the provider's limits. */
export interface ProviderEmbedCall
  extends Pick<ProviderCall, keyof CallContext | 'providerOptions' | 'origin'> {
  readonly values: readonly string[];
  readonly dimensions?: number;
}

/** A provider's embeddings, one per value and in the same order. */
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

/** One image call to one model, within the provider's limits. */
export interface ProviderImageCall extends Omit<ImageRequest, 'n'>, CallContext {
  readonly n: number;
}

/** A provider's images. */
export interface ProviderImages {
  readonly images: readonly GeneratedImage[];
  /** `images` may be omitted; the router counts them. */
  readonly usage: Usage;
  /** See `ProviderResult.cost`. */
  readonly cost?: number;
  readonly response: ResponseInfo;
  readonly warnings: readonly Warning[];
  readonly providerMetadata?: ProviderOptions;
  readonly raw: unknown;
}

/** A provider's complete answer. */
export interface ProviderResult {
  readonly content: readonly ContentPart[];
  readonly finishReason: FinishReason;
  readonly usage: Usage;
  /** The charge in US$ that the vendor reported for this answer. Omit it if there is none: it takes precedence over the catalog. */
  readonly cost?: number;
  readonly response: ResponseInfo;
  readonly warnings: readonly Warning[];
  readonly providerMetadata?: ProviderOptions;
  /** The vendor's raw answer. */
  readonly raw: unknown;
  /** The same in the format of the call's `origin`, if the provider supports it. */
  readonly origin?: unknown;
}

/** Response metadata. May occur more than once; later fields win. */
export interface ProviderResponsePart extends ServedAs {
  readonly type: 'response';
  readonly id?: string;
  readonly model?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly limits?: readonly VendorLimit[];
  readonly warnings?: readonly Warning[];
  /** Usage known so far, in case the stream breaks. */
  readonly usage?: Usage;
}

/** Proof that the answer is complete. A stream that ends without it is treated as cut off. */
export interface ProviderFinishPart {
  readonly type: 'finish';
  readonly finishReason: FinishReason;
  readonly usage: Usage;
  /** See `ProviderResult.cost`. */
  readonly cost?: number;
  readonly providerMetadata?: ProviderOptions;
  /** The chunks of the stream, as the SDK returned them. */
  readonly raw?: readonly unknown[];
  /** The same in the format of the call's `origin`, if the provider supports it. */
  readonly origin?: unknown;
}

/** A request that uses or creates state at the vendor: sent to one target only, because no other has that state. */
export interface Binding {
  /** The id of the answer that it continues. It goes to the target of that answer, if this router knows it. */
  readonly responseId?: string;
}

export type ProviderStreamPart = StreamContent | ProviderResponsePart | ProviderFinishPart;

/** Body bytes: of requests, and of answers after decompression. */
export interface Traffic {
  readonly sent: number;
  readonly received: number;
}

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

/** A streamed answer. */
export interface ProviderStream extends AsyncIterable<ProviderStreamPart> {
  /**
   * The parts that have arrived and were not read, without waiting. Called at most once, when the stream is left early: the vendor bills
   * what it has sent by then, and may have sent its usage. Omit it if this cannot be known.
   */
  arrived?(): readonly ProviderStreamPart[];
}

/**
 * The interface to a vendor. Maps a call to the vendor's SDK and its answer back; independent of routers, retries and other targets.
 *
 * - It throws only `ProviderError`.
 * - It never retries, and it stops immediately when `call.signal` aborts.
 * - `stream` yields `finish` as its last part if and only if the vendor marked the answer as complete.
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
  stream(call: ProviderCall): ProviderStream;
  /**
   * The same provider with each of several keys. The router switches keys when one is refused or at its limit, and tracks each
   * separately.
   */
  readonly keys?: readonly Provider[];
  /** Whether it sends the key and headers of a call (`ProviderCall.auth`) in place of its own. */
  readonly takesAuth?: boolean;
  /**
   * The account that its answers are marked with: signatures and vendor ids in a conversation go back only to it. Omitted if it is
   * unknown.
   */
  readonly account?: string;
  /** Limits of its key, shared by all targets that use it. */
  readonly limits?: KeyLimits;
  /**
   * Prepares for the first request: loads the SDK, and opens a connection if that is possible without a model request. Stops when
   * `signal` aborts. A failure does not affect the provider's health.
   */
  warmup?(signal: AbortSignal): Promise<void>;
  /**
   * Loads what a call needs, such as the SDK; `undefined` once it is loaded. The router waits for it before an attempt begins, so that
   * loading counts neither as the target's latency nor against a timeout of the attempt. If it rejects, the call is made all the same.
   */
  load?(): Promise<unknown> | undefined;
  /** Traffic over its own connections so far; omitted if an SDK or the application's client opens them. */
  readonly traffic?: Traffic;
  /** Omitted by providers without embeddings. */
  embed?(call: ProviderEmbedCall): Promise<ProviderEmbeddings>;
  /** Maximum values, and total characters, per call of `embed`. @default 96 values, 300,000 characters */
  readonly embedLimits?: { readonly values: number; readonly characters: number };
  /** Whether answers may take hours, so that only the deadline of a request limits an attempt. @default false */
  readonly deferred?: boolean;
  /** Loads its batch interface; omitted by providers without one. */
  batches?(): Promise<ProviderBatches>;
  /**
   * What each service tier adds to the `providerOptions` of a call, by its name: `flex`, `priority` … Without `standard`, which is
   * what the vendor does when nothing is asked for.
   */
  readonly tiers?: Readonly<Record<string, ProviderOptions>>;
  /** Omitted by providers without image generation. */
  image?(call: ProviderImageCall): Promise<ProviderImages>;
  /** Maximum images per call of `image`. @default 1 */
  imagesPerCall?(model: string): number;
  /** Known capabilities of its models. A target's own `capabilities` take precedence. */
  capabilities?(model: string): Capabilities;
  /**
   * Why a model cannot take this request, in words, judged by its options and their combination; `undefined` if it can. Such a
   * target is skipped.
   */
  lacks?(request: ResolvedChatRequest, model: string): string | undefined;
  /**
   * For providers whose models are objects: called once per target. Returns the provider of this one model and the model's name.
   * Throws `ConfigError` for a foreign model.
   */
  withModel?(model: string | object): { readonly provider: Provider; readonly model: string };
  /** The service that a call with these options requests, if it has its own price; otherwise `undefined`. */
  servedAs?(options: ProviderOptions): ServedAs | undefined;
  /** The state at the vendor that a request depends on; `undefined` if none. */
  boundBy?(options: ProviderOptions): Binding | undefined;
}
