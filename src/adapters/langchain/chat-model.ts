import type {
  BaseLanguageModelInput,
  StructuredOutputMethodOptions,
} from '@langchain/core/language_models/base';
import { BaseChatModel, type LangSmithParams } from '@langchain/core/language_models/chat_models';
import type { ChatModelStreamEvent } from '@langchain/core/language_models/event';
import type { ModelProfile } from '@langchain/core/language_models/profile';
import type { AIMessageChunk, BaseMessage } from '@langchain/core/messages';
import type { ChatGenerationChunk, ChatResult as Generated } from '@langchain/core/outputs';
import type { Runnable } from '@langchain/core/runnables';
import type { InteropZodType } from '@langchain/core/utils/types';
import type { ChatRequest } from '../../types/request/request.ts';
import type { StandardSchema } from '../../types/request/schema.ts';
import type { Router } from '../../types/router.ts';
import { fingerprint } from '../../util/fingerprint.ts';
import { checkObject } from '../../util/option-check.ts';
import { completed } from './events.ts';
import { toMessages } from './messages.ts';
import {
  type ChatModelCallOptions,
  type ChatModelOptions,
  callKeys,
  metadataKey,
  modelKeys,
  type ParsedOptions,
  pick,
  profileOf,
  toCallOptions,
  toSettings,
} from './options.ts';
import { toMessage, toUsage } from './result.ts';
import { toChunks } from './stream.ts';
import { toStructure, withParser } from './structured.ts';
import { type ToolLike, toTools } from './tools.ts';

/** LangChain's own type uses `any` here. */
export type Shape = Record<string, unknown>;
/** LangChain's callbacks of one run. */
export type RunManager = Parameters<BaseChatModel['_generate']>[2];

/** The key of a stream's last chunk, for readers that need more than LangChain forwards. */
const lastChunkKey = Symbol('signalbox.last-chunk');

/** A router as a LangChain chat model. Created by `toChatModel`. */
export class RouterChatModel<
  TargetId extends string = string,
  RouteName extends string = string,
> extends BaseChatModel<ChatModelCallOptions<TargetId, RouteName>> {
  // Private, so that traces and logs do not show them.
  readonly #router: Router;
  readonly #options: ChatModelOptions;

  static override lc_name(): string {
    return 'RouterChatModel';
  }

  constructor(router: Router<TargetId, RouteName>, options: ChatModelOptions<TargetId, RouteName>) {
    const own = pick(options, ['callbacks', 'tags', 'cache', 'verbose', 'disableStreaming', 'outputVersion']);
    // The router retries; retries here would multiply its attempts.
    super({
      ...own,
      ...(options.metadata === undefined ? {} : { metadata: { ...options.metadata } }),
      maxRetries: 0,
    });
    this.#router = router as Router;
    this.#options = options;
  }

  override get callKeys(): string[] {
    return [...super.callKeys, ...callKeys];
  }

  /** The known features that every target of the model's route supports. */
  override get profile(): ModelProfile {
    return profileOf(this.#router, this.#options);
  }

  override _llmType(): string {
    return 'signalbox';
  }

  /** The parameters that identify the model, for LangChain's cache and traces. */
  override _identifyingParams(): Shape {
    const { callbacks: _c, cache: _s, metadata: _m, tags: _t, verbose: _v, ...settings } = this.#options;
    return { targets: this.#router.targets, ...withoutSecrets(settings) };
  }

  override invocationParams(options?: this['ParsedCallOptions']): Shape {
    const { signal: _signal, ...routing } = toCallOptions(this.#options, toParsed(options));
    return withoutSecrets({ ...toSettings(this.#options, toParsed(options)), ...routing });
  }

  protected override _getCallOptionsForTracing(
    options: this['ParsedCallOptions'],
  ): this['ParsedCallOptions'] {
    return withoutSecrets(options);
  }

  override getLsParams(options: this['ParsedCallOptions']): LangSmithParams {
    const { route, temperature, maxOutputTokens, stopSequences } = {
      ...this.#options,
      ...pick(toParsed(options), ['route', 'temperature', 'maxOutputTokens']),
    };
    const stop = toParsed(options).stop ?? stopSequences;
    return {
      ls_provider: 'signalbox',
      ls_model_type: 'chat',
      ls_model_name: route ?? 'default',
      ...(temperature === undefined ? {} : { ls_temperature: temperature }),
      ...(maxOutputTokens === undefined ? {} : { ls_max_tokens: maxOutputTokens }),
      ...(stop === undefined ? {} : { ls_stop: [...stop] }),
    };
  }

  override bindTools(
    tools: ToolLike[],
    options: Partial<ChatModelCallOptions<TargetId, RouteName>> = {},
  ): Runnable<BaseLanguageModelInput, AIMessageChunk, ChatModelCallOptions<TargetId, RouteName>> {
    const bound: Partial<ChatModelCallOptions> = { ...options, tools: toTools(tools) };
    return this.withConfig(bound as Partial<ChatModelCallOptions<TargetId, RouteName>>);
  }

  /**
   * Structured output. `jsonSchema` (the default) uses each vendor's native mode, and the router validates the answer: it rejects
   * with `OutputError`, or with `fallbackOn: ['output']` asks the next target. `functionCalling` forces a tool call, which
   * LangChain's parser validates. `strict` applies to `functionCalling`; a schema that supports strict mode always uses it.
   *
   * @throws ConfigError for an unknown method
   */
  override withStructuredOutput<T extends Shape = Shape>(
    schema: InteropZodType<T> | StandardSchema<T> | Record<string, unknown>,
    config?: StructuredOutputMethodOptions<false>,
  ): Runnable<BaseLanguageModelInput, T>;
  override withStructuredOutput<T extends Shape = Shape>(
    schema: InteropZodType<T> | StandardSchema<T> | Record<string, unknown>,
    config?: StructuredOutputMethodOptions<true>,
  ): Runnable<BaseLanguageModelInput, { raw: BaseMessage; parsed: T }>;
  override withStructuredOutput<T extends Shape = Shape>(
    schema: unknown,
    config: StructuredOutputMethodOptions<boolean> = {},
  ): Runnable<BaseLanguageModelInput, T> | Runnable<BaseLanguageModelInput, { raw: BaseMessage; parsed: T }> {
    const structure = toStructure(schema, config);
    const { method, name, description, json } = structure;
    const { strict } = config;
    const tool = { name, description, inputSchema: json, ...(strict === undefined ? {} : { strict }) };
    const asked: Partial<ChatModelCallOptions> = {
      ...(method === 'jsonSchema' ? { schema: json } : { tools: [tool], tool_choice: name }),
      ls_structured_output_format: { kwargs: { method }, schema: { ...json } },
    };
    const model = this.withConfig(asked as Partial<ChatModelCallOptions<TargetId, RouteName>>);
    return withParser<T>(model, structure, config.includeRaw === true);
  }

  override async _generate(messages: BaseMessage[], options: this['ParsedCallOptions']): Promise<Generated> {
    const parsed = toParsed(options);
    const result = await this.#router.chat(
      this.#toRequest(messages, parsed),
      toCallOptions(this.#options, parsed),
    );
    const message = toMessage(result, this.#asBlocks(parsed));
    const usage = toUsage(result.usage);
    return {
      generations: [
        {
          text: result.text,
          message,
          generationInfo: { finish_reason: message.response_metadata['finish_reason'] },
        },
      ],
      ...(usage === undefined
        ? {}
        : {
            llmOutput: {
              tokenUsage: {
                promptTokens: usage.input_tokens,
                completionTokens: usage.output_tokens,
                totalTokens: usage.total_tokens,
              },
            },
          }),
    };
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    runManager?: RunManager,
  ): AsyncGenerator<ChatGenerationChunk> {
    const parsed: ParsedOptions & { [lastChunkKey]?: (chunk: ChatGenerationChunk) => void } =
      toParsed(options);
    const { promptIndex = 0 } = options as { readonly promptIndex?: number };
    const stream = await this.#router.stream(
      this.#toRequest(messages, parsed),
      toCallOptions(this.#options, parsed),
    );
    for await (const chunk of toChunks(stream, this.#asBlocks(parsed))) {
      parsed[lastChunkKey]?.(chunk);
      yield chunk;
      await runManager?.handleLLMNewToken(
        chunk.text,
        { prompt: promptIndex, completion: 0 },
        undefined,
        undefined,
        undefined,
        { chunk },
      );
    }
  }

  /** LangChain's content-block events. */
  override async *_streamChatModelEvents(
    messages: BaseMessage[],
    options: this['ParsedCallOptions'],
    runManager?: RunManager,
  ): AsyncGenerator<ChatModelStreamEvent> {
    let last: ChatGenerationChunk | undefined;
    const listening = {
      ...options,
      [lastChunkKey]: (chunk: ChatGenerationChunk): void => {
        last = chunk;
      },
    };
    const events = super._streamChatModelEvents(messages, listening, runManager);
    yield* completed(events, () => last);
  }

  /** LangChain removes a call's metadata before the model sees it. `configurable` can hold secrets, so it is omitted. */
  protected override _separateRunnableConfigFromCallOptionsCompat(
    options?: Partial<ChatModelCallOptions<TargetId, RouteName>>,
  ): ReturnType<
    BaseChatModel<ChatModelCallOptions<TargetId, RouteName>>['_separateRunnableConfigFromCallOptionsCompat']
  > {
    const [config, parsed] = super._separateRunnableConfigFromCallOptionsCompat(options);
    const { metadata = {}, configurable = {} } = config;
    const own = Object.entries(metadata).filter(([name, value]) => configurable[name] !== value);
    return [config, own.length === 0 ? parsed : { ...parsed, [metadataKey]: Object.fromEntries(own) }];
  }

  #toRequest(messages: readonly BaseMessage[], options: ParsedOptions): ChatRequest {
    return { ...toSettings(this.#options, options), messages: toMessages(messages) };
  }

  #asBlocks({ outputVersion }: ParsedOptions): boolean {
    return (outputVersion ?? this.outputVersion) === 'v1';
  }
}

/** Provider options can hold a gateway's key, so traces show only a hash of them. */
function withoutSecrets<T extends { readonly providerOptions?: unknown }>(options: T): T {
  const { providerOptions } = options;
  return providerOptions === undefined
    ? options
    : { ...options, providerOptions: fingerprint(JSON.stringify(providerOptions)) };
}

/** Replaces LangChain's type, whose fields the compiler cannot resolve. */
function toParsed(options: unknown): ParsedOptions {
  return (options ?? {}) as ParsedOptions;
}

/**
 * Wraps a router as a LangChain chat model for chains, agents and graphs, with `bindTools`, `withStructuredOutput`, `stream`,
 * `batch`, `streamEvents` and callbacks. Only the router retries and fails over; its errors are thrown unchanged, and an abort
 * throws the signal's reason. The target and cost of an answer are in `response_metadata.signalbox`.
 *
 * @param options settings for all calls; each call can override them
 * @throws ConfigError naming an unknown option
 * @example
 * const model = toChatModel(router, { route: 'cheap', temperature: 0 });
 * const message = await model.invoke('Why is the sky blue?');
 * const { target, cost } = message.response_metadata.signalbox;
 * await model.invoke('And at night?', { route: 'fast', maxCost: 0.01 });
 */
export function toChatModel<TargetId extends string, RouteName extends string>(
  router: Router<TargetId, RouteName>,
  options: ChatModelOptions<NoInfer<TargetId>, NoInfer<RouteName>> = {},
): RouterChatModel<TargetId, RouteName> {
  checkObject('toChatModel', options, modelKeys);
  return new RouterChatModel(router, options);
}
