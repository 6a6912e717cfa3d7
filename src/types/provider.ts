import type { ProviderBatches } from './batch/provider-batches.ts';
import type { Capabilities } from './options/capabilities.ts';
import type { KeyLimits } from './options/limit.ts';
import type {
  ProviderCall,
  ProviderEmbedCall,
  ProviderImageCall,
  ResolvedChatRequest,
} from './request/call.ts';
import type { ProviderOptions } from './request/message.ts';
import type {
  ProviderEmbeddings,
  ProviderImages,
  ProviderResult,
  ProviderStreamPart,
} from './result/answer.ts';
import type { ServedAs } from './result/result.ts';

export type { BatchLimits, ProviderBatches } from './batch/provider-batches.ts';
export type {
  CallAuth,
  CallContext,
  ProviderCall,
  ProviderEmbedCall,
  ProviderImageCall,
  ResolvedChatRequest,
  ResolvedFunctionTool,
  ResolvedTool,
} from './request/call.ts';
export type {
  ProviderEmbeddings,
  ProviderFinishPart,
  ProviderImages,
  ProviderReport,
  ProviderResponsePart,
  ProviderResult,
  ProviderStreamPart,
} from './result/answer.ts';

/** A request that uses or creates state at the vendor: sent to one target only, because no other has that state. */
export interface Binding {
  /** The id of the answer that it continues. It goes to the target of that answer, if this router knows it. */
  readonly responseId?: string;
}

/** Body bytes: of requests, and of answers after decompression. */
export interface Traffic {
  /** Bytes of request bodies. */
  readonly sent: number;
  /** Bytes of response bodies, after decompression. */
  readonly received: number;
}

/** A streamed answer. */
export interface ProviderStream extends AsyncIterable<ProviderStreamPart> {
  /**
   * The parts that have arrived and were not read, without waiting. Called at most once, when the stream is left early: the vendor bills
   * what it has sent by then, and may have sent its usage. Omit it if this is unknown.
   */
  arrived?(): readonly ProviderStreamPart[];
  /**
   * The next part, if it has arrived, so that parts of the same packet need no separate promises. `undefined`: call `next` of the stream's one
   * iterator, which goes on from there. Omit it if this is unknown.
   */
  ready?(): ProviderStreamPart | undefined;
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
  /** Names it in target ids, `providerOptions` and events, such as `openai`. */
  readonly name: Name;
  /** Returns a complete answer. */
  chat(call: ProviderCall): Promise<ProviderResult>;
  /** Returns an answer as it arrives. Nothing is sent before it is iterated. */
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
   * loading counts neither as the target's latency nor against a timeout of the attempt. If it rejects, the call is made anyway.
   */
  load?(): Promise<unknown> | undefined;
  /** Traffic over its own connections so far; omitted if an SDK or the application's client opens them. */
  readonly traffic?: Traffic;
  /** Omitted by providers without embeddings. */
  embed?(call: ProviderEmbedCall): Promise<ProviderEmbeddings>;
  /** Maximum values, and total characters, per call of `embed`. @default 96 values, 300,000 characters */
  readonly embedLimits?: {
    /** Maximum values of one call. */
    readonly values: number;
    /** Maximum characters of all values of one call. */
    readonly characters: number;
  };
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
