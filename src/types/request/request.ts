import type { JSONObject, JSONSchema } from './json.ts';
import type { Message, ProviderOptions } from './message.ts';
import type { Schema } from './schema.ts';

/** A function that the model can call. signalbox returns the call; the application runs it. */
export interface FunctionTool {
  readonly type?: 'function';
  /** The name by which the model calls it. */
  readonly name: string;
  /** What it does and when to use it, for the model. */
  readonly description?: string;
  /** Schema of the arguments: a JSON Schema or a Standard Schema. */
  readonly inputSchema: Schema;
  /** Whether the vendor should enforce the schema, if it supports that. */
  readonly strict?: boolean;
  /** Example arguments, for vendors that support them. */
  readonly inputExamples?: readonly {
    /** The arguments of an example call. */
    readonly input: JSONObject;
  }[];
  /** Vendors' options of the tool. */
  readonly providerOptions?: ProviderOptions;
}

/** A tool that the vendor runs, such as web search. Only targets of that vendor support it. */
export interface ProviderTool {
  readonly type: 'provider';
  /** `provider.tool`, for example `openai.web_search` or `anthropic.web_search_20250305`. */
  readonly id: `${string}.${string}`;
  /** Name of the tool in this request. */
  readonly name: string;
  /** Vendor-specific fields, passed through unchanged. */
  readonly args: JSONObject;
}

/** A tool that the application runs, or one that a vendor defines. */
export type Tool = FunctionTool | ProviderTool;

/** `auto`: the model decides. `none`: no tool. `required`: at least one tool. Or a specific tool. */
export type ToolChoice =
  | 'auto'
  | 'none'
  | 'required'
  | {
      readonly type: 'tool';
      /** Name of the tool that the model must call. */
      readonly toolName: string;
    };

/** Reasoning effort. Each provider maps it to the vendor's settings. */
export type ReasoningEffort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** Settings that apply to both `prompt` and `messages` requests. */
export interface RequestSettings {
  /** Tools that the model may call. */
  readonly tools?: readonly Tool[];
  /** @default the vendor's default, which is `auto` */
  readonly toolChoice?: ToolChoice;
  /**
   * Maximum number of output tokens, including reasoning.
   *
   * @default the vendor's default; for Anthropic, which requires a value, 4,096
   */
  readonly maxOutputTokens?: number;
  /** Randomness, usually 0 to 1 or 2. @default the vendor's */
  readonly temperature?: number;
  /** Considers only the most likely tokens up to this probability, 0 to 1. */
  readonly topP?: number;
  /** Considers only this many of the most likely tokens. */
  readonly topK?: number;
  /** Texts that end the answer. */
  readonly stopSequences?: readonly string[];
  /** Makes answers repeatable, as far as the vendor can. */
  readonly seed?: number;
  /** Makes words that occurred less likely, usually -2 to 2. */
  readonly presencePenalty?: number;
  /** Makes frequent words less likely, usually -2 to 2. */
  readonly frequencyPenalty?: number;
  /** @default the vendor's default */
  readonly reasoning?: ReasoningEffort;
  /** Vendor-specific options by provider name, passed through unchanged. */
  readonly providerOptions?: ProviderOptions;
  /** Whether streams also yield each original vendor chunk as a `raw` part, and keep all of them for `raw` of the result. @default false */
  readonly includeRaw?: boolean;
  /** For adapters: the original request, which providers with the same format use without conversion. */
  readonly origin?: Origin;
}

/** The original request of an adapter, equivalent to the request that contains it. */
export interface Origin {
  /** Name of the format, such as `ai-sdk`. */
  readonly format: string;
  /** The request in that format. */
  readonly request: unknown;
}

/**
 * A chat request with either a `prompt` (and optional `system`) or `messages`.
 *
 * @example
 * await router.chat({ prompt: 'Why is the sky blue?', maxOutputTokens: 200 });
 */
export interface ChatRequest<S extends Schema = Schema> extends RequestSettings {
  /** A single user message. Cannot be combined with `messages`. */
  readonly prompt?: string;
  /** System instructions. */
  readonly system?: string;
  /** The conversation so far. */
  readonly messages?: readonly Message[];
  /** Schema of the JSON output. The parsed and validated value is `result.object`. */
  readonly schema?: S;
  /**
   * Requests JSON output that the caller validates. Cannot be combined with `schema`. If the route's `fallbackOn`
   * contains `output`, the router validates it too and fails over to the next target if it is invalid.
   */
  readonly responseFormat?: ResponseFormat;
}

/** Format of JSON output. */
export interface ResponseFormat {
  /** Schema of the output. @default any JSON object */
  readonly schema?: JSONSchema;
  /** Name of the output for the model. @default 'answer' */
  readonly name?: string;
  /** What the JSON is, for the model. */
  readonly description?: string;
}
