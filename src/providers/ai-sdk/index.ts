/**
 * Any model of the Vercel AI SDK as a target.
 *
 * @module
 */
import { ConfigError } from '../../errors.ts';
import type { Capabilities } from '../../types/options/capabilities.ts';
import type { Provider, ProviderCall, ProviderResult } from '../../types/provider.ts';
import { checkObject } from '../../util/option-check.ts';
import { mark } from '../shared/account-marks.ts';
import { evidenceIn } from '../shared/answer/finish-reason.ts';
import { aiSdkFormat } from '../shared/option-case.ts';
import { refuseAborted } from '../shared/sdk-error.ts';
import { askedToBeServedAs } from '../shared/usage/service-tier.ts';
import { answeredWith, toContent, toFinishReason, toResponse, toWarnings, withOwnIds } from './answer.ts';
import { toLanguageCall } from './call.ts';
import { type EmbeddingModel, embeddingProvider } from './embed.ts';
import { toFailure } from './failures.ts';
import { type ImageModel, imageProvider, isImageModel } from './image.ts';
import type { GenerateResult, StreamResult, StreamSpec } from './spec.ts';
import { streamParts } from './stream.ts';
import { isExecuted, readBill } from './usage.ts';
import { partOfAnswerFromV3, resultFromV3, toV3, type WarningV3 } from './v3.ts';

/** The source of models given by name: an AI SDK provider or registry. */
export interface AiSdkModels {
  /** Returns the language model of a name, such as `openai:gpt-5-mini`. */
  languageModel(id: string): object;
}

/** Options for {@link aiSdk}. */
export interface AiSdkOptions {
  /** Resolves targets whose `model` is a name. @default `globalThis.AI_SDK_DEFAULT_PROVIDER`, if set */
  readonly provider?: AiSdkModels;
  /**
   * The account behind the models, so that signed reasoning goes back only to its origin. Needed if several targets use one
   * vendor with different keys.
   *
   * @default none; answers pass through unmarked
   */
  readonly account?: string;
}

type Models = { readonly specificationVersion: string; readonly provider: string; readonly modelId: string };
type LanguageModel = Models & {
  readonly supportedUrls?: unknown;
  doGenerate(call: object): PromiseLike<GenerateResult>;
  doStream(call: object): PromiseLike<StreamResult>;
};

const factory = 'aiSdk';

/**
 * Any model of the Vercel AI SDK, version 6 or 7, as a target. A call through `toProvider(router)` reaches the model, and its answer
 * the caller, unchanged.
 *
 * The model's own provider opens its connections, with its key, address and `fetch`. The limits of signalbox's own clients on
 * redirects, headers and sizes do not apply.
 *
 * @throws ConfigError for an invalid option, or a `model` that is not an AI SDK model
 * @example
 * import { mistral } from '@ai-sdk/mistral';
 * createRouter({ targets: [{ provider: aiSdk(), model: mistral('mistral-large-latest') }] });
 */
export function aiSdk(options: AiSdkOptions = {}): Provider<'ai-sdk'> {
  checkObject(factory, options, ['provider', 'account']);
  const { account } = options;
  if (account !== undefined && (typeof account !== 'string' || account === ''))
    throw new ConfigError(`${factory}.account`, 'a name', typeof account);
  const unbound = (): never => {
    throw new ConfigError(factory, 'to be the provider of a target', 'a call');
  };
  return {
    name: 'ai-sdk',
    chat: async () => unbound(),
    stream: unbound,
    withModel(model) {
      const found = typeof model === 'string' ? named(model, options) : model;
      const { provider, modelId } = checkModel(found);
      // `openai.responses` is an OpenAI model with the Responses API.
      const name = provider.split('.')[0] ?? provider;
      return {
        provider:
          'doEmbed' in found
            ? embeddingProvider(name, found as EmbeddingModel)
            : 'doStream' in found
              ? languageProvider(name, found as LanguageModel, account)
              : imageProvider(name, found as ImageModel),
        model: modelId,
      };
    },
  };
}

function named(id: string, { provider }: AiSdkOptions): object {
  const models = provider ?? (Reflect.get(globalThis, 'AI_SDK_DEFAULT_PROVIDER') as AiSdkModels | undefined);
  if (typeof models?.languageModel === 'function') return models.languageModel(id);
  throw new ConfigError(`${factory}.provider`, `a provider that has the model '${id}'`, 'none');
}

function checkModel(model: object): Models {
  const { specificationVersion, provider, modelId } = model as Partial<Models>;
  const kind = ('doGenerate' in model && 'doStream' in model) || 'doEmbed' in model || isImageModel(model);
  if (typeof provider !== 'string' || typeof modelId !== 'string' || !kind)
    throw new ConfigError('model', 'a language, embedding or image model of the AI SDK', 'something else');
  if (specificationVersion === 'v3' || specificationVersion === 'v4')
    return { specificationVersion, provider, modelId };
  const got = `one of version ${JSON.stringify(specificationVersion)}`;
  throw new ConfigError('model', 'a model of the specification v3 or v4 (AI SDK 6 or 7)', got);
}

function languageProvider(name: string, model: LanguageModel, account: string | undefined): Provider {
  const before = model.specificationVersion === 'v3';
  const callOf = (call: ProviderCall): ReturnType<typeof toV3> => {
    const native = toLanguageCall(call, name, account);
    return before ? toV3(native) : { call: native, lost: [] };
  };
  return {
    name,
    ...(account === undefined ? {} : { account }),
    capabilities: () => capabilitiesOf(model),
    servedAs: (options) => askedToBeServedAs(options[name]),
    async chat(call) {
      try {
        refuseAborted(name, call.signal);
        const { call: asked, lost } = callOf(call);
        const answered = await model.doGenerate(asked);
        refuseAborted(name, call.signal);
        const result = before ? resultFromV3(answered, lost) : answered;
        return toResult(result, model.modelId, name, account, isNative(call));
      } catch (error) {
        throw await toFailure(name, error, call);
      }
    },
    async *stream(call) {
      try {
        refuseAborted(name, call.signal);
        const { call: asked, lost } = callOf(call);
        const { stream, response } = await model.doStream(asked);
        const { headers, limits } = toResponse({ ...(response === undefined ? {} : { response }) });
        yield { type: 'response', headers, ...(limits === undefined ? {} : { limits }) };
        const elements = before ? mapped(stream, lost) : elementsOf(stream);
        yield* streamParts(elements, {
          name,
          modelId: model.modelId,
          account,
          native: isNative(call),
          includeRaw: call.includeRaw,
        });
        refuseAborted(name, call.signal);
      } catch (error) {
        throw await toFailure(name, error, call);
      }
    },
  };
}

function isNative({ origin }: ProviderCall): boolean {
  return origin?.format === aiSdkFormat;
}

function toResult(
  answered: GenerateResult,
  modelId: string,
  name: string,
  account: string | undefined,
  native: boolean,
): ProviderResult {
  const response = toResponse(answered);
  const executed = answered.content.filter(isExecuted).length;
  const { served, ...billed } = readBill({ ...answered, executed, modelId, body: answered.response?.body });
  const own = withOwnIds(answered, name);
  const content = toContent(own.content);
  const finishReason = toFinishReason(answered.finishReason, name, evidenceIn(content));
  return {
    content: content.map((part) => mark(part, name, account)),
    finishReason,
    ...billed,
    response: { ...response, ...served },
    warnings: toWarnings(answered.warnings),
    ...(answered.providerMetadata === undefined
      ? {}
      : { providerMetadata: answered.providerMetadata as never }),
    raw: answered,
    ...(native ? { origin: answeredWith(own, finishReason) } : {}),
  };
}

async function* elementsOf(stream: ReadableStream<StreamSpec>): AsyncGenerator<StreamSpec, void, undefined> {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        ended = true;
        return;
      }
      yield value;
    }
  } finally {
    if (!ended) reader.cancel().catch(() => {});
  }
}

async function* mapped(
  stream: ReadableStream<StreamSpec>,
  lost: readonly WarningV3[],
): AsyncGenerator<StreamSpec, void, undefined> {
  for await (const element of elementsOf(stream)) yield partOfAnswerFromV3(element, lost);
}

/** A model that declares no supported URLs gets the downloaded content. */
function capabilitiesOf({ supportedUrls }: LanguageModel): Capabilities {
  const known = typeof supportedUrls === 'object' && supportedUrls !== null && !('then' in supportedUrls);
  const urls = known ? (supportedUrls as Record<string, RegExp[]>) : {};
  const images = Object.keys(urls).some(
    (type) => type === '*' || type === '*/*' || type.startsWith('image/'),
  );
  return { urls, ...(images ? {} : { images: 'data' }) };
}
