import type {
  BaseLanguageModelInput,
  StructuredOutputMethodOptions,
} from '@langchain/core/language_models/base';
import { BaseChatModel, type LangSmithParams } from '@langchain/core/language_models/chat_models';
import type { ChatModelStreamEvent } from '@langchain/core/language_models/event';
import type { AIMessageChunk, BaseMessage } from '@langchain/core/messages';
import type { ChatGenerationChunk, ChatResult as Generated } from '@langchain/core/outputs';
import type { Runnable } from '@langchain/core/runnables';
import type { InteropZodType } from '@langchain/core/utils/types';
import { checkKnown } from '../../providers/shared/client-options.ts';
import type { ChatRequest } from '../../types/request/request.ts';
import type { StandardSchema } from '../../types/request/schema.ts';
import type { Router } from '../../types/router.ts';
import { fingerprint } from '../../util/fingerprint.ts';
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
  toCallOptions,
  toSettings,
} from './options.ts';
import { toMessage, toUsage } from './result.ts';
import { toChunks } from './stream.ts';
import { toStructure, withParser } from './structured.ts';
import { type ToolLike, toTools } from './tools.ts';

/** `any` in LangChain's own types of the same. */
export type Shape = Record<string, unknown>;
export type RunManager = Parameters<BaseChatModel['_generate']>[2];

/** Under it a stream's last chunk is given to whoever needs more of it than LangChain hands on. */
const lastChunkKey = Symbol('signalbox.last-chunk');

/** A router as a chat model of LangChain's. Made by `toChatModel`. */
export class RouterChatModel<
  TargetId extends string = string,
  RouteName extends string = string,
> extends BaseChatModel<ChatModelCallOptions<TargetId, RouteName>> {
  // Private, so that neither a trace nor a log shows them.
  readonly #router: Router;
  readonly #options: ChatModelOptions;

  static override lc_name(): string {
    return 'RouterChatModel';
  }

  constructor(router: Router<TargetId, RouteName>, options: ChatModelOptions<TargetId, RouteName>) {
    const own = pick(options, ['callbacks', 'tags', 'cache', 'verbose', 'disableStreaming', 'outputVersion']);
    // The router retries: a second owner would multiply its attempts.
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

  override _llmType(): string {
    return 'signalbox';
  }

  /** What tells its answers from another model's: for LangChain's cache and traces. */
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
   * Answers of a shape: `jsonSchema` (the default) in each vendor's own way, and checked by the router, which rejects with
   * `OutputError` or goes on to the next target with `fallbackOn: ['output']`; `functionCalling` by a tool that is demanded,
   * where LangChain's parser does the checking. `strict` is for the latter; a schema that allows it is always held to.
   *
   * @throws ConfigError for another method
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

  /** LangChain's newer events. */
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

  /** LangChain takes a call's metadata away before the model sees them. Its `configurable` can hold secrets, and is left out. */
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

/** Options for a gateway can hold a key to it, which no trace shall show: only whether they are the same can be seen. */
function withoutSecrets<T extends { readonly providerOptions?: unknown }>(options: T): T {
  const { providerOptions } = options;
  return providerOptions === undefined
    ? options
    : { ...options, providerOptions: fingerprint(JSON.stringify(providerOptions)) };
}

/** LangChain's type of the same is one of which the compiler cannot see the fields. */
function toParsed(options: unknown): ParsedOptions {
  return (options ?? {}) as ParsedOptions;
}

/**
 * A router as a chat model of LangChain's: for chains, agents and graphs, with `bindTools`, `withStructuredOutput`, `stream`,
 * `batch`, `streamEvents` and callbacks as of any other model. The router alone retries and fails over; its errors are thrown as
 * they are, and an abort as the signal's reason. What an answer cost and who gave it is in `response_metadata.signalbox`.
 *
 * @param router the application's
 * @param options settings for all calls; each call can say otherwise
 * @throws ConfigError naming an option that there is not
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
  checkKnown('toChatModel', options, modelKeys);
  return new RouterChatModel(router, options);
}
