import type {
  BaseChatModelCallOptions,
  BaseChatModelParams,
} from '@langchain/core/language_models/chat_models';
import type { ModelProfile } from '@langchain/core/language_models/profile';
import { RequestError } from '../../errors.ts';
import type { CallOptions } from '../../types/options/call-options.ts';
import type { Capabilities } from '../../types/options/capabilities.ts';
import type { Timeouts } from '../../types/options/timeouts.ts';
import type { JSONSchema } from '../../types/request/json.ts';
import type { ChatRequest, RequestSettings } from '../../types/request/request.ts';
import type { Schema } from '../../types/request/schema.ts';
import type { Router } from '../../types/router.ts';
import { asObject, asText, compact } from '../../util/json.ts';
import { type ToolLike, toToolChoice, toTools } from './tools.ts';

/** Routing options and request settings that a model and each of its calls accept. */
export interface SharedOptions<TargetId extends string, RouteName extends string>
  // `cache` is LangChain's own; that of `signalbox/cache` comes with `router.with({ cache })`.
  extends Omit<
      CallOptions<TargetId, RouteName>,
      'signal' | 'timeout' | 'metadata' | 'tags' | 'interrupted' | 'cache'
    >,
    Omit<RequestSettings, 'tools' | 'toolChoice' | 'stopSequences'> {
  /**
   * What happens to a stream that breaks after its first token. LangChain cannot retract a message, so the answer never restarts:
   * `error` throws `StreamInterruptedError`; `continue` lets another target complete the answer, and throws if that is
   * impossible. Overrides the route's setting.
   *
   * @default 'error'
   */
  readonly interrupted?: 'error' | 'continue';
}

/** The options of `toChatModel`: settings for all calls of the model; each call can override them. */
export interface ChatModelOptions<TargetId extends string = string, RouteName extends string = string>
  extends SharedOptions<TargetId, RouteName>,
    Pick<BaseChatModelParams, 'callbacks' | 'cache' | 'verbose' | 'disableStreaming' | 'outputVersion'> {
  /** Overrides the route's timeouts field by field. */
  readonly timeout?: Timeouts;
  /** Passed to the router's events and LangChain's traces. A call's `metadata` is merged into it. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** LangChain's tags; the router's plugins and events receive them too. */
  readonly tags?: string[];
  /** A call's `stop` takes precedence. @default none */
  readonly stopSequences?: readonly string[];
}

/**
 * The options of one call, beside LangChain's own: `model.invoke(input, { route: 'fast', maxCost: 0.01 })`. LangChain's `signal`,
 * `timeout` (milliseconds for the whole call), `stop`, `tool_choice` and `metadata` keep their meaning.
 */
export type ChatModelCallOptions<
  TargetId extends string = string,
  RouteName extends string = string,
> = BaseChatModelCallOptions &
  SharedOptions<TargetId, RouteName> & {
    /** Tools in the form of LangChain, OpenAI, Anthropic or signalbox. Usually set by `bindTools`. */
    readonly tools?: readonly ToolLike[];
    /** Requests JSON of this schema, which the router validates. Usually set by `withStructuredOutput`. */
    readonly schema?: Schema;
    /** The same in OpenAI's form: `{ type: 'json_schema', json_schema: { schema } }`. */
    readonly response_format?: Readonly<Record<string, unknown>>;
    /** The router's timeouts; overrides the model's field by field. */
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
  'targets',
  'maxCost',
  'session',
  'tenant',
  'user',
  'deadline',
  'window',
  'priority',
  'interrupted',
  'hedge',
  'accept',
  'auth',
  'history',
] as const;

/** Names of call options beside LangChain's own. */
export const callKeys: readonly string[] = [
  ...settings,
  ...routing,
  'tools',
  'tool_choice',
  'schema',
  'response_format',
  'timeouts',
];

/** Names of model options. */
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

/** The key of a call's metadata. A symbol keeps it out of LangChain's cache keys. */
export const metadataKey = Symbol('signalbox.metadata');

/** A call's options as LangChain passes them. */
export type ParsedOptions = Omit<ChatModelCallOptions, 'timeout' | 'metadata'> & {
  readonly [metadataKey]?: Readonly<Record<string, unknown>>;
};

/** The request settings of a call, without its messages. */
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

/** The routing options of a call. */
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

/** Picks the fields that are present. */
export function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Partial<Pick<T, K>> {
  const found: Partial<Pick<T, K>> = {};
  for (const key of keys) if (from[key] !== undefined) found[key] = from[key];
  return found;
}

/** The features that every target of a route supports, by LangChain's names; those unknown for any target are omitted. */
export function profileOf(router: Router, { route, only }: ChatModelOptions): ModelProfile {
  const ids = only ?? (route === undefined ? router.targets : (router.routes[route] ?? [route]));
  const all = router.stats().flatMap(({ id, capabilities }) => (ids.includes(id) ? capabilities : []));
  const every = (able: (of: Capabilities) => boolean | undefined): boolean | undefined => {
    const known = all.map(able);
    return known.includes(false) ? false : known.every((each) => each === true) || undefined;
  };
  const least = (size: 'contextLength' | 'maxOutputTokens'): number | undefined => {
    const sizes = all.map((of) => of[size]);
    return sizes.includes(undefined) || sizes.length === 0 ? undefined : Math.min(...(sizes as number[]));
  };
  const takes = (type: RegExp) =>
    every(({ files }) =>
      Array.isArray(files) ? files.some((each) => type.test(each)) : (files as boolean | undefined),
    );
  return compact({
    maxInputTokens: least('contextLength'),
    maxOutputTokens: least('maxOutputTokens'),
    imageInputs: every(({ images }) => (images === undefined ? undefined : images !== false)),
    imageUrlInputs: every(({ images }) => (images === undefined ? undefined : images === true)),
    pdfInputs: takes(/^application\/pdf$/),
    audioInputs: takes(/^audio\//),
    videoInputs: takes(/^video\//),
    reasoningOutput: every(({ reasoning }) => reasoning),
    toolCalling: every(({ tools }) => tools),
    structuredOutput: every(({ jsonSchema }) => jsonSchema),
  });
}
