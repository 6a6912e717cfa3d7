import type { Restriction } from '../shared/restrictions/restriction.ts';
import type { SchemaRules } from '../shared/schema/rules.ts';
import type { UsageReading } from './usage.ts';

/**
 * How a Chat Completions server differs from the common behavior. Each field is a known difference between servers; omitted
 * fields mean the common behavior.
 */
export interface Quirks {
  /** The field for the output limit. @default 'max_tokens' */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens';
  /** Whether to request usage in streams with `stream_options`; a few servers refuse it or do not need it. @default true */
  readonly streamUsage?: boolean;
  /** The field for the seed; `false` if unsupported. @default 'seed' */
  readonly seed?: 'seed' | 'random_seed' | false;
  /** Whether `top_k` is supported. @default false */
  readonly topK?: boolean;
  /** Whether `presence_penalty` and `frequency_penalty` are supported; `presence`: only that one. @default true */
  readonly penalties?: boolean | 'presence';
  /** Whether `stop` is supported. @default true */
  readonly stop?: boolean;
  /**
   * How to request JSON with a schema: by its schema, as any JSON with the schema in an instruction, or only by the instruction.
   *
   * @default 'json_schema'
   */
  readonly jsonSchema?: 'json_schema' | 'json_object' | 'instruction';
  /**
   * The subset of JSON Schema that its strict modes support, for answers and tools. Other keywords are removed, or the mode is
   * not strict. `false`: everything is supported.
   *
   * @default OpenAI's subset
   */
  readonly schema?: SchemaRules | false;
  /** The `tool_choice` that forces a tool call; `false` if unsupported. @default 'required' */
  readonly toolChoiceRequired?: 'required' | 'any' | false;
  /** Whether tools are supported. If not, its targets are skipped for requests with tools. @default true */
  readonly tools?: boolean;
  /**
   * How to send a reasoning effort: in `reasoning_effort`, in a `reasoning` object, by turning `thinking` or `enable_thinking` on
   * and off, by both, or not at all.
   *
   * @default 'reasoning_effort'
   */
  readonly reasoning?:
    | 'reasoning_effort'
    | 'reasoning'
    | 'thinking'
    | 'thinking+reasoning_effort'
    | 'enable_thinking'
    | false;
  /** The field that returns the reasoning text of earlier turns; `false` if the server refuses it. @default false */
  readonly reasoningInHistory?: 'reasoning_content' | 'reasoning' | false;
  /** Whether tool calls must be returned with the reasoning before them, even if empty. @default false */
  readonly reasoningWithCalls?: boolean;
  /**
   * Whether a user message may directly follow a tool message. If not, images in tool results are dropped with a warning.
   *
   * @default true
   */
  readonly userAfterTool?: boolean;
  /** Whether images may be URLs. If not, its targets are skipped for them. @default true */
  readonly imagesByURL?: boolean;
  /** The exact length of tool call ids, in letters and digits, if the server requires one. @default any length up to 40 */
  readonly toolCallIdLength?: number;
  /**
   * How to mark a trailing assistant message as a prefill: by a field of the message, or by vLLM's fields of the request.
   *
   * @default unsupported, so that its targets cannot continue another target's answer
   */
  readonly prefill?: 'partial' | 'prefix' | 'continue_final_message';
  /** Whether the answer may repeat the prefill. @default false */
  readonly prefillEchoes?: boolean;
  /** Whether system messages are only allowed at the beginning. @default false */
  readonly systemFirst?: boolean;
  /** Whether user and assistant messages must alternate; consecutive messages of one role are then merged. @default false */
  readonly alternatingRoles?: boolean;
  /** Combinations that it refuses, and how each is resolved before sending. @default none */
  readonly restrictions?: readonly Restriction[];
  /** How it counts tokens, and whether it reports costs. @default OpenAI's counting, no costs */
  readonly usage?: UsageReading;
}
