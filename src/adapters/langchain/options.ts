import type {
  BaseChatModelCallOptions,
  BaseChatModelParams,
} from '@langchain/core/language_models/chat_models';
import { RequestError } from '../../errors.ts';
import type { CallOptions, Timeouts } from '../../types/options/options.ts';
import type { JSONSchema } from '../../types/request/json.ts';
import type { ChatRequest, RequestSettings } from '../../types/request/request.ts';
import type { Schema } from '../../types/request/schema.ts';
import { asObject, asText } from '../../util/json.ts';
import { type ToolLike, toToolChoice, toTools } from './tools.ts';

/** How to route, and what the answer shall be like: what a model and each of its calls can say. */
export interface SharedOptions<TargetId extends string, RouteName extends string>
  extends Omit<CallOptions<TargetId, RouteName>, 'signal' | 'timeout' | 'metadata' | 'tags' | 'interrupted'>,
    Omit<RequestSettings, 'tools' | 'toolChoice' | 'stopSequences'> {
  /**
   * Streams that break after their first token. A message of LangChain's cannot be taken back, so the answer never starts
   * anew: `error` throws `StreamInterruptedError`; `continue` has another target say the rest, and throws where that is not
   * possible. Default: `error`, whatever the route says.
   */
  readonly interrupted?: 'error' | 'continue';
}

/** The options of `toChatModel`: settings for all of the model's calls, each of which can say otherwise. */
export interface ChatModelOptions<TargetId extends string = string, RouteName extends string = string>
  extends SharedOptions<TargetId, RouteName>,
    Pick<BaseChatModelParams, 'callbacks' | 'cache' | 'verbose' | 'disableStreaming' | 'outputVersion'> {
  /** Overrides the route's, field by field. */
  readonly timeout?: Timeouts;
  /** Goes to the router's events, and to LangChain's traces. A call's own `metadata` is added to it. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** LangChain's tags, which the router's plugins and events see as well. */
  readonly tags?: string[];
  /** Default: none. A call's `stop` goes before. */
  readonly stopSequences?: readonly string[];
}

/**
 * What one call of the model can say, beside LangChain's own options: `model.invoke(input, { route: 'fast', maxCost: 0.01 })`.
 * LangChain's `signal`, `timeout` (milliseconds for the whole call), `stop`, `tool_choice` and `metadata` mean what they say.
 */
export type ChatModelCallOptions<
  TargetId extends string = string,
  RouteName extends string = string,
> = BaseChatModelCallOptions &
  SharedOptions<TargetId, RouteName> & {
    /** LangChain's tools, OpenAI's or Anthropic's form of them, or signalbox's own. Usually given by `bindTools`. */
    readonly tools?: readonly ToolLike[];
    /** Ask for JSON of this shape. The router checks the answer against it. Usually given by `withStructuredOutput`. */
    readonly schema?: Schema;
    /** The same in OpenAI's words: `{ type: 'json_schema', json_schema: { schema } }`. */
    readonly response_format?: Readonly<Record<string, unknown>>;
    /** The router's time limits, field by field over the model's. */
    readonly timeouts?: Timeouts;
  };

const settings = [
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'reasoning',
  'providerOptions',
] as const;
const routing = [
  'route',
  'only',
  'maxCost',
  'session',
  'tenant',
  'user',
  'deadline',
  'priority',
  'interrupted',
  'hedge',
  'accept',
] as const;

/** The names of what a call can say beside LangChain's own. */
export const callKeys: readonly string[] = [
  ...settings,
  ...routing,
  'tools',
  'tool_choice',
  'schema',
  'response_format',
  'timeouts',
];

/** The names of what a model can be made with. */
export const modelKeys: readonly string[] = [
  ...settings,
  ...routing,
  'timeout',
  'metadata',
  'stopSequences',
  'callbacks',
  'tags',
  'cache',
  'verbose',
  'disableStreaming',
  'outputVersion',
];

/** The metadata of a call. Under a symbol, so that it is no part of LangChain's cache keys. */
export const metadataKey = Symbol('signalbox.metadata');

/** A call's options as LangChain hands them on. */
export type ParsedOptions = Omit<ChatModelCallOptions, 'timeout' | 'metadata'> & {
  readonly [metadataKey]?: Readonly<Record<string, unknown>>;
};

/** What a call says of the request, but for its messages. */
export function toSettings(model: ChatModelOptions, call: ParsedOptions): Omit<ChatRequest, 'messages'> {
  const { tools, tool_choice: choice, stop = model.stopSequences } = call;
  const schema = call.schema ?? formatOf(call.response_format);
  return {
    ...pick(model, settings),
    ...pick(call, settings),
    ...(stop === undefined || stop.length === 0 ? {} : { stopSequences: stop }),
    ...(tools === undefined || tools.length === 0 ? {} : { tools: toTools(tools) }),
    ...(choice === undefined ? {} : { toolChoice: toToolChoice(choice) }),
    ...(schema === undefined ? {} : { schema }),
  };
}

/** What a call says of its routing. */
export function toCallOptions(model: ChatModelOptions, call: ParsedOptions): CallOptions {
  const { signal, timeouts, [metadataKey]: metadata } = call;
  const timeout = timeouts === undefined ? model.timeout : { ...model.timeout, ...timeouts };
  return {
    ...pick(model, routing),
    ...pick(call, routing),
    ...(model.tags === undefined ? {} : { tags: model.tags }),
    ...(signal === undefined ? {} : { signal }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(metadata === undefined && model.metadata === undefined
      ? {}
      : { metadata: { ...model.metadata, ...metadata } }),
  };
}

function formatOf(format: unknown): JSONSchema | undefined {
  if (format === undefined) return undefined;
  const wire = asObject(format);
  const type = asText(wire?.['type']);
  if (type === 'text') return undefined;
  const schema = asObject(asObject(wire?.['json_schema'])?.['schema']);
  if (type === 'json_schema' && schema !== undefined) return schema as JSONSchema;
  throw new RequestError(
    'response_format',
    "{ type: 'json_schema', json_schema: { schema } }, because any JSON would be no answer",
    type === undefined ? 'something else' : `one of type ${JSON.stringify(type)}`,
  );
}

/** Those of the fields that are there. */
export function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Partial<Pick<T, K>> {
  const found: Partial<Pick<T, K>> = {};
  for (const key of keys) if (from[key] !== undefined) found[key] = from[key];
  return found;
}
