import type { Deferral } from '../batch/batch.ts';
import type { ImageRequest } from './image.ts';
import type { JSONSchema } from './json.ts';
import type { Message } from './message.ts';
import type { FunctionTool, ProviderTool, RequestSettings, ResponseFormat } from './request.ts';

/** A tool whose schema has been converted to JSON Schema. */
export interface ResolvedFunctionTool extends Omit<FunctionTool, 'inputSchema' | 'type'> {
  readonly type: 'function';
  /** The schema of its arguments. */
  readonly inputSchema: JSONSchema;
}

/** A tool as a provider receives it. */
export type ResolvedTool = ResolvedFunctionTool | ProviderTool;

/** The key and the headers of one call, in place of the provider's own. */
export interface CallAuth {
  /** The caller's own key. Omitted: the provider's. */
  readonly apiKey?: string;
  /** Sent in addition to the provider's headers, and instead of those of the same name. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One call to one model, checked and resolved. */
export interface ProviderCall extends Omit<RequestSettings, 'tools'> {
  /** The vendor's name of the model. */
  readonly model: string;
  /** The conversation, including `prompt` and `system` as messages. */
  readonly messages: readonly Message[];
  /** The tools that the model may call. @default none */
  readonly tools?: readonly ResolvedTool[];
  /** The JSON Schema of the requested output. */
  readonly responseFormat?: ResponseFormat & {
    /** Name of the output for the model; `answer` if the request names none. */
    readonly name: string;
  };
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
  /** Names of the settings that the target or its route has replaced. The call's `origin` still has the caller's. @default none */
  readonly replaced?: readonly string[];
}

/** What belongs to one attempt rather than to the request. */
export type CallContext = Pick<
  ProviderCall,
  | 'model'
  | 'signal'
  | 'connectTimeout'
  | 'onActivity'
  | 'errors'
  | 'auth'
  | 'deferral'
  | 'unmarked'
  | 'replaced'
>;

/** A checked and normalized chat request, before a target is chosen. */
export type ResolvedChatRequest = Omit<ProviderCall, keyof CallContext>;

/** One embedding call to one model, within the provider's limits. */
export interface ProviderEmbedCall
  extends Pick<ProviderCall, keyof CallContext | 'providerOptions' | 'origin'> {
  /** The texts to embed, no more than `Provider.embedLimits` allows. */
  readonly values: readonly string[];
  /** Length of the vectors. @default the model's own */
  readonly dimensions?: number;
}

/** One image call to one model, within the provider's limits. */
export interface ProviderImageCall extends Omit<ImageRequest, 'n'>, CallContext {
  /** How many images to make, no more than `Provider.imagesPerCall` allows. */
  readonly n: number;
}
