/**
 * The router as a Vercel AI SDK provider, and any AI SDK model as a target.
 *
 * @module ai-sdk
 */
import { isRouterError, RequestError } from '../../errors.ts';
import type { JsonObject, Keyed, LanguageCall } from '../../providers/ai-sdk/spec.ts';
import { fromV3, partOfAnswerToV3, resultToV3, warningToV3 } from '../../providers/ai-sdk/v3.ts';
import { aiSdkFormat } from '../../providers/shared/option-case.ts';
import type { CallOptions } from '../../types/options/call-options.ts';
import type { Router } from '../../types/router.ts';
import { check } from '../../util/option-check.ts';
import { anything, oneOf, only } from '../../util/shape.ts';
import { type Aliases, modelNames } from '../shared/model-names.ts';
import { targetFacts } from '../shared/target-facts.ts';
import { type AnswerContext, toGenerateResult, toWarning } from './answer.ts';
import { routerBatch } from './batch/interface.ts';
import type { RouterBatch } from './batch/spec.ts';
import { asCallError, noSuchModel } from './errors.ts';
import { toImageRequest, toImageResult } from './image.ts';
import { toolNames } from './option-case.ts';
import { partTeller } from './parts.ts';
import { toChatRequest } from './request.ts';
import { toReadable } from './stream.ts';
import type {
  ModelOf,
  RouterEmbeddingModel,
  RouterImageModel,
  RouterLanguageModel,
  RouterProvider,
  SpecificationVersion,
  ToProviderOptions,
} from './types.ts';
import { commonUrls } from './urls.ts';
import { callOptions, unsupportedOptions } from './vendor/options.ts';

export { type AiSdkModels, type AiSdkOptions, aiSdk } from '../../providers/ai-sdk/index.ts';
export type {
  ContentSpec,
  EmbedCall,
  EmbedResultSpec,
  FinishSpec,
  GenerateResult,
  ImageCall,
  ImageFile,
  ImageResultSpec,
  Json,
  JsonObject,
  Keyed,
  MadeFile,
  Metadata,
  SourceSpec,
  StreamResult,
  StreamSpec,
  UnifiedFinish,
  UsageSpec,
  WarningSpec,
  WholePart,
} from '../../providers/ai-sdk/spec.ts';
export type {
  EmbedResultV3,
  FileV3,
  GenerateResultV3,
  InV3,
  Newer,
  StartV3,
  StreamResultV3,
  StreamSpecV3,
  WarningV3,
} from '../../providers/ai-sdk/v3.ts';
export type { Aliases } from '../shared/model-names.ts';
export type { SignalboxMetadata } from './answer.ts';
export type {
  BatchCallSpec,
  BatchItemSpec,
  BatchOperationSpec,
  BatchStatusSpec,
  RouterBatch,
} from './batch/spec.ts';
export type { MadeImages } from './image.ts';
export type {
  Answers,
  ModelOf,
  RouterEmbeddingModel,
  RouterImageModel,
  RouterLanguageModel,
  RouterProvider,
  SpecificationVersion,
  ToProviderOptions,
} from './types.ts';

const provider = 'signalbox';

/**
 * Wraps a router as a provider of the Vercel AI SDK, versions 6 and 7. Each route and each target is a model.
 *
 * Call options for the router go into `providerOptions.signalbox`: the fields of `CallOptions`, except functions and the signal.
 * The router's report is in `providerMetadata.signalbox`: `target`, `cost`, `attempts`, `decision`; for images it is in
 * `providerMetadata.signalbox.images[0]`. The AI SDK does not retry on top, because the router already has. A stream that breaks
 * after its first token ends with an `error` part; with `interrupted: 'continue'` another target continues it; `'restart'` acts as
 * `'error'`, because the AI SDK cannot retract parts.
 *
 * @throws ConfigError for an invalid option
 * @example
 * const ai = toProvider(router);
 * const { text, providerMetadata } = await generateText({ model: ai('fast'), prompt: 'Why is the sky blue?' });
 * @example
 * globalThis.AI_SDK_DEFAULT_PROVIDER = toProvider(router); // generateText({ model: 'fast', … })
 */
export function toProvider<
  TargetId extends string,
  RouteName extends string,
  const Names extends Aliases = Record<never, never>,
>(
  router: Router<TargetId, RouteName>,
  options?: ToProviderOptions<'v4', Names>,
): RouterProvider<TargetId | RouteName | ModelOf<TargetId> | (keyof Names & string), 'v4'>;
// One signature per version: the AI SDK's union type rejects a signature that returns both.
export function toProvider<
  TargetId extends string,
  RouteName extends string,
  const Names extends Aliases = Record<never, never>,
>(
  router: Router<TargetId, RouteName>,
  options: ToProviderOptions<'v3', Names>,
): RouterProvider<TargetId | RouteName | ModelOf<TargetId> | (keyof Names & string), 'v3'>;
export function toProvider(router: Router, options: ToProviderOptions = {}): RouterProvider<string> {
  check('toProvider', options, only({ specificationVersion: oneOf('v4', 'v3'), aliases: anything }));
  const { specificationVersion: version = 'v4', aliases } = options;
  const names = modelNames('toProvider.aliases', router, aliases);
  const nameOf = (modelId: string, type: 'languageModel' | 'embeddingModel' | 'imageModel'): string => {
    const found = names.find(modelId);
    if (found === undefined) throw noSuchModel(modelId, type, names.explain(modelId));
    return found;
  };
  const facts = targetFacts(router);
  const languageModel = (modelId: string = 'default'): RouterLanguageModel =>
    toLanguageModel(router, facts, nameOf(modelId, 'languageModel'), version);
  const models = {
    find: (modelId: string, type: 'text' | 'image') =>
      nameOf(modelId, type === 'text' ? 'languageModel' : 'imageModel'),
    modelOf: (target: string) => facts(target)?.model,
  };
  const urls = () => commonUrls(router.targets.map((id) => facts(id)?.capabilities.urls ?? {}));
  let batch: RouterBatch | undefined;
  return Object.assign(languageModel, {
    specificationVersion: version,
    languageModel,
    embeddingModel: (modelId: string) => toEmbeddingModel(router, nameOf(modelId, 'embeddingModel'), version),
    imageModel: (modelId: string) => toImageModel(router, nameOf(modelId, 'imageModel'), version),
    experimental_batch: () => (batch ??= routerBatch(router, models, provider, urls)),
  });
}

function toLanguageModel<Version extends SpecificationVersion>(
  router: Router,
  facts: ReturnType<typeof targetFacts>,
  modelId: string,
  specificationVersion: Version,
): RouterLanguageModel<Version> {
  const before = specificationVersion === 'v3';
  const read = (call: object): { call: LanguageCall; options: CallOptions; context: AnswerContext } => {
    const language = before ? fromV3(call) : (call as LanguageCall);
    const declared = new Set(language.tools?.map(({ name }) => name));
    return {
      call: language,
      options: optionsOf(router, modelId, language.providerOptions, language.abortSignal),
      context: {
        part: partTeller(toolNames(language.tools), declared),
        unsupportedOptions: (target) => unsupportedOptions(language, facts(target)?.provider),
        modelOf: (target) => facts(target)?.model,
      },
    };
  };
  return {
    specificationVersion,
    provider,
    modelId,
    get supportedUrls() {
      const ids = router.routes[modelId] ?? (facts(modelId) === undefined ? router.targets : [modelId]);
      return commonUrls(ids.map((id) => facts(id)?.capabilities.urls ?? {}));
    },
    async doGenerate(given) {
      const { call, options, context } = read(given);
      const result = await asked(() => router.chat(toChatRequest(call), options));
      const generated = toGenerateResult(result, context);
      return before ? resultToV3(generated) : generated;
    },
    async doStream(given) {
      const { call, options, context } = read(given);
      const stream = await asked(() => router.stream(toChatRequest(call), options));
      const readable = toReadable(stream, context, call.abortSignal, before ? partOfAnswerToV3 : undefined);
      // Converted to the requested version; the compiler cannot relate it to the type parameter.
      return {
        stream: readable as ReadableStream<never>,
        response: { headers: { ...stream.response.headers } },
      };
    },
  };
}

/** Converts a router error to the form that AI SDK users expect. */
async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (isRouterError(error, 'request') && error.field.startsWith('options.')) throw asGiven(error);
    throw asCallError(error);
  }
}

/** Names an invalid option as the caller wrote it. */
function asGiven(error: RequestError): RequestError {
  const named = (text: string): string => text.replace(/^options\./, 'providerOptions.signalbox.');
  return Object.assign(error, { field: named(error.field), message: named(error.message) });
}

/** The router's call options in a call. */
function optionsOf(
  router: Router,
  modelId: string,
  providerOptions: Keyed | undefined,
  signal: AbortSignal | undefined,
): CallOptions {
  const own: JsonObject = providerOptions?.['signalbox'] ?? {};
  if ('signal' in own)
    throw new RequestError(
      'providerOptions.signalbox.signal',
      'nothing; the call has abortSignal',
      'a signal',
    );
  const named = modelId === 'default' && !('default' in router.routes) ? {} : { route: modelId };
  return { ...named, ...(own as CallOptions), ...(signal === undefined ? {} : { signal }) };
}

function toImageModel<Version extends SpecificationVersion>(
  router: Router,
  modelId: string,
  specificationVersion: Version,
): RouterImageModel<Version> {
  return {
    specificationVersion,
    provider,
    modelId,
    maxImagesPerCall: Number.MAX_SAFE_INTEGER,
    async doGenerate(call) {
      const options = optionsOf(router, modelId, call.providerOptions, call.abortSignal);
      return toImageResult(await asked(() => router.image(toImageRequest(call), options)));
    },
  };
}

function toEmbeddingModel<Version extends SpecificationVersion>(
  router: Router,
  modelId: string,
  specificationVersion: Version,
): RouterEmbeddingModel<Version> {
  return {
    specificationVersion,
    provider,
    modelId,
    maxEmbeddingsPerCall: undefined,
    supportsParallelCalls: true,
    async doEmbed({ values, dimensions, providerOptions, abortSignal }) {
      const options = optionsOf(router, modelId, providerOptions, abortSignal);
      const given = { prompt: [], ...(providerOptions && { providerOptions }) };
      const { providerOptions: vendors } = callOptions(given);
      const result = await asked(() =>
        router.embed(
          {
            values,
            ...(dimensions === undefined ? {} : { dimensions }),
            ...(vendors === undefined ? {} : { providerOptions: vendors }),
            origin: { format: aiSdkFormat, request: { providerOptions } },
          },
          options,
        ),
      );
      const {
        embeddings,
        usage,
        target,
        cost,
        attempts,
        response: answered,
        warnings,
        providerMetadata,
      } = result;
      const signalbox = JSON.parse(JSON.stringify({ target, cost, attempts })) as JsonObject;
      return {
        embeddings: embeddings.map((vector) => [...vector]),
        ...(usage.inputTokens === undefined ? {} : { usage: { tokens: usage.inputTokens } }),
        providerMetadata: { ...(providerMetadata as Keyed), signalbox },
        response: { headers: { ...answered?.headers }, body: result.raw },
        // The router's own warnings use only types that version 3 has.
        warnings: warnings.map(toWarning).map(warningToV3),
      };
    },
  };
}
