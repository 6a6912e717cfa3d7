import type { JSONSchema } from './json.ts';
import type { ContentPart, Message, ProviderOptions } from './message.ts';
import type { FunctionTool, ProviderTool, RequestSettings } from './request.ts';
import type { FinishReason, ResponseInfo, Warning } from './result.ts';
import type { StreamContent } from './stream-part.ts';
import type { Usage } from './usage.ts';

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
  readonly responseFormat?: { readonly schema: JSONSchema; readonly name: string };
  /** Aborted when the answer is no longer wanted. The provider must stop and close its socket. */
  readonly signal: AbortSignal;
  /** Most milliseconds until the connection stands, where the runtime lets that be seen. */
  readonly connectTimeout?: number;
}

/** A complete answer, as a provider gives it. */
export interface ProviderResult {
  readonly content: readonly ContentPart[];
  readonly finishReason: FinishReason;
  readonly usage: Usage;
  readonly response: ResponseInfo;
  readonly warnings: readonly Warning[];
  readonly providerMetadata?: ProviderOptions;
  /** The vendor's answer as it came. */
  readonly raw: unknown;
}

/** What the vendor said before or beside the answer. May come more than once; later fields win. */
export interface ProviderResponsePart {
  readonly type: 'response';
  readonly id?: string;
  readonly model?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly warnings?: readonly Warning[];
  /** Usage known so far, kept for the case that the stream breaks. */
  readonly usage?: Usage;
}

/** Proof that the answer is complete. A stream that ends without it was cut off. */
export interface ProviderFinishPart {
  readonly type: 'finish';
  readonly finishReason: FinishReason;
  readonly usage: Usage;
  readonly providerMetadata?: ProviderOptions;
}

export type ProviderStreamPart = StreamContent | ProviderResponsePart | ProviderFinishPart;

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
}
