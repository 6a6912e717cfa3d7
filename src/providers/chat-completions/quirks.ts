import type { Restriction } from '../shared/restrictions/restriction.ts';
import type { SchemaRules } from '../shared/schema/rules.ts';
import type { UsageReading } from './usage.ts';

/**
 * In what a server that speaks Chat Completions differs from what most of them take. Each field names a place where such
 * servers are known to part ways; what is left out is as most of them have it.
 */
export interface Quirks {
  /** The field that limits the answer. Default: `max_tokens`. */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens';
  /** Whether streams are asked for usage by `stream_options`. Default: `true`; a few servers refuse the field or need none. */
  readonly streamUsage?: boolean;
  /** The field of the seed, or `false` where there is none. Default: `seed`. */
  readonly seed?: 'seed' | 'random_seed' | false;
  /** Whether `top_k` is taken. Default: `false`. */
  readonly topK?: boolean;
  /** Whether `presence_penalty` and `frequency_penalty` are taken; `presence`: only that one. Default: `true`. */
  readonly penalties?: boolean | 'presence';
  /** Whether `stop` is taken. Default: `true`. */
  readonly stop?: boolean;
  /**
   * How JSON of a shape is asked for: by its schema, as any JSON with the schema in an instruction, or by the instruction
   * alone. Default: `json_schema`.
   */
  readonly jsonSchema?: 'json_schema' | 'json_object' | 'instruction';
  /**
   * What of JSON Schema its strict modes take, for answers and for tools; what else a schema says is taken out of it, or the
   * mode is not strict. `false`: everything. Default: what OpenAI's take.
   */
  readonly schema?: SchemaRules | false;
  /** How a tool is demanded, or `false` where it cannot be. Default: `required`. */
  readonly toolChoiceRequired?: 'required' | 'any' | false;
  /** Tools are not taken at all: targets of the server are left out where a request has some. Default: `true`. */
  readonly tools?: boolean;
  /**
   * How effort is said: in `reasoning_effort`, in a `reasoning` object, by switching `thinking` or `enable_thinking` on and
   * off, by both, or not at all. Default: `reasoning_effort`.
   */
  readonly reasoning?:
    | 'reasoning_effort'
    | 'reasoning'
    | 'thinking'
    | 'thinking+reasoning_effort'
    | 'enable_thinking'
    | false;
  /** The field in which the reasoning text of earlier turns goes back, or `false` where it is refused. Default: `false`. */
  readonly reasoningInHistory?: 'reasoning_content' | 'reasoning' | false;
  /** Calls of tools have to go back with the thoughts before them, if only an empty one. Default: `false`. */
  readonly reasoningWithCalls?: boolean;
  /**
   * Whether a turn of the user's may stand right after a tool's. Default: `true`; `false`: pictures that a tool gave back are
   * left out, with a warning.
   */
  readonly userAfterTool?: boolean;
  /** Whether images can be given by URL. Default: `true`; `false` leaves targets of the server out for them. */
  readonly imagesByURL?: boolean;
  /** The exact length of ids of tool calls, in letters and digits, where the server insists on one. Default: any up to 40. */
  readonly toolCallIdLength?: number;
  /**
   * How an assistant message at the end is marked as the beginning of the answer: by a field of the message, or by vLLM's
   * fields of the request. Default: not at all, and no target of the server continues another one's answer.
   */
  readonly prefill?: 'partial' | 'prefix' | 'continue_final_message';
  /** Whether the answer may begin with that message. Default: `false`. */
  readonly prefillEchoes?: boolean;
  /** Instructions can only stand at the beginning. Default: `false`. */
  readonly systemFirst?: boolean;
  /** Whether user and assistant have to alternate: messages of one role in a row are then sent as one. Default: `false`. */
  readonly alternatingRoles?: boolean;
  /** Combinations that it refuses, and what is done about each before sending. Default: none. */
  readonly restrictions?: readonly Restriction[];
  /** How it counts tokens, and whether it says what an answer costs. Default: as OpenAI counts, and not. */
  readonly usage?: UsageReading;
}
