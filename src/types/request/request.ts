import type { JSONObject, JSONSchema } from './json.ts';
import type { Message, ProviderOptions } from './message.ts';
import type { Schema } from './schema.ts';

/** A function that the model may ask to have called. signalbox hands over the call, the application runs it. */
export interface FunctionTool {
  readonly type?: 'function';
  readonly name: string;
  readonly description?: string;
  /** JSON Schema of the arguments, or a Standard Schema. */
  readonly inputSchema: Schema;
  /** Ask the vendor to hold the arguments to the schema, where it can. */
  readonly strict?: boolean;
  /** Arguments as they might be, for vendors that take examples. */
  readonly inputExamples?: readonly { readonly input: JSONObject }[];
  readonly providerOptions?: ProviderOptions;
}

/** A tool that the vendor runs itself, such as web search. Only targets of that vendor can take it. */
export interface ProviderTool {
  readonly type: 'provider';
  /** `provider.tool`, for example `openai.web_search` or `anthropic.web_search_20250305`. */
  readonly id: `${string}.${string}`;
  /** The name the vendor knows it by in this request. */
  readonly name: string;
  /** The vendor's own fields, passed through untouched. */
  readonly args: JSONObject;
}

export type Tool = FunctionTool | ProviderTool;

/** `auto`: the model decides. `none`: no tool. `required`: some tool. Or one tool by its name. */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly type: 'tool'; readonly toolName: string };

/** How hard the model should think. Each provider maps it to what its vendor has. */
export type ReasoningEffort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** The settings that every way of asking shares. */
export interface RequestSettings {
  readonly tools?: readonly Tool[];
  /** Default: the vendor's own, which is `auto`. */
  readonly toolChoice?: ToolChoice;
  /** Most tokens that the answer may have, reasoning included. Default: the vendor's own (Anthropic: 4,096 are sent). */
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly stopSequences?: readonly string[];
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  /** Default: the vendor's own. */
  readonly reasoning?: ReasoningEffort;
  /** Each vendor's own options, keyed by provider name and passed through untouched. */
  readonly providerOptions?: ProviderOptions;
  /** Streams also yield each chunk of the vendor's as it came, as `raw`. Default: `false`. */
  readonly includeRaw?: boolean;
  /** For adapters: the request as it came in, for providers that speak the same words and then need no translation. */
  readonly origin?: Origin;
}

/** A request in the words of another interface. It says the same as the request that it belongs to. */
export interface Origin {
  /** Which interface, such as `ai-sdk`. */
  readonly format: string;
  readonly request: unknown;
}

/**
 * A question: a `prompt` (with an optional `system`) or a list of `messages`, not both.
 *
 * @example
 * await router.chat({ prompt: 'Why is the sky blue?', maxOutputTokens: 200 });
 */
export interface ChatRequest<S extends Schema = Schema> extends RequestSettings {
  /** One user message. Not together with `messages`. */
  readonly prompt?: string;
  /** Instructions that come before everything else. */
  readonly system?: string;
  readonly messages?: readonly Message[];
  /** Ask for JSON of this shape; the parsed and checked value is `result.object`. */
  readonly schema?: S;
  /**
   * Ask for JSON without checking it: the caller does. Not together with `schema`. (Where the route's `fallbackOn` has `output`,
   * it is checked all the same, and the next target is asked where it is wrong.)
   */
  readonly responseFormat?: ResponseFormat;
}

/** The JSON that an answer is to be. */
export interface ResponseFormat {
  /** Default: any JSON object. */
  readonly schema?: JSONSchema;
  /** Tells the model what it is about. Default: `answer`. */
  readonly name?: string;
  readonly description?: string;
}
