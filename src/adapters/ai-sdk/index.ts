/**
 * The router as a provider of the Vercel AI SDK, and any of its models as a target.
 *
 * @module ai-sdk
 */
import { ConfigError, isRouterError, RequestError } from '../../errors.ts';
import type { JsonObject, Keyed, LanguageCall } from '../../providers/ai-sdk/spec.ts';
import { fromV3, partOfAnswerToV3, resultToV3, warningToV3 } from '../../providers/ai-sdk/v3.ts';
import { aiSdkFormat } from '../../providers/shared/option-case.ts';
import type { CallOptions } from '../../types/options/options.ts';
import type { Router, TargetReport } from '../../types/router.ts';
import { type Telling, toGenerateResult, toWarning } from './answer.ts';
import { asCallError, noSuchModel } from './errors.ts';
import { toImageRequest, toImageResult } from './image.ts';
import { toolNames } from './option-case.ts';
import { partTeller } from './parts.ts';
import { toChatRequest } from './request.ts';
import { toReadable } from './stream.ts';
import type {
  RouterEmbeddingModel,
  RouterImageModel,
  RouterLanguageModel,
  RouterProvider,
  SpecificationVersion,
  ToProviderOptions,
} from './types.ts';
import { commonUrls } from './urls.ts';
import { callOptions, untold } from './vendor/options.ts';

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
export type { SignalboxMetadata } from './answer.ts';
export type { MadeImages } from './image.ts';
export type {
  Answers,
  RouterEmbeddingModel,
  RouterImageModel,
  RouterLanguageModel,
  RouterProvider,
  SpecificationVersion,
  ToProviderOptions,
} from './types.ts';

const provider = 'signalbox';

/**
 * A router as a provider of the Vercel AI SDK, versions 6 and 7: each of its routes and targets is a model.
 *
 * What a call sets for the router goes into `providerOptions.signalbox`: the fields of `CallOptions`, but for functions and the
 * signal. What the router did comes back in `providerMetadata.signalbox`: `target`, `cost`, `attempts`, `decision`; of
 * images in that of the first one, `providerMetadata.signalbox.images[0]`. The AI SDK
 * retries nothing on top: the router has done what there was to do. A stream that breaks after its first token ends with an
 * `error` part; `interrupted: 'continue'` lets another target go on, and `'restart'` counts as `'error'`, because the AI SDK
 * cannot take back what it has shown.
 *
 * @throws ConfigError for a wrong option
 * @example
 * const ai = toProvider(router);
 * const { text, providerMetadata } = await generateText({ model: ai('fast'), prompt: 'Why is the sky blue?' });
 * @example
 * globalThis.AI_SDK_DEFAULT_PROVIDER = toProvider(router); // generateText({ model: 'fast', … })
 */
export function toProvider<TargetId extends string, RouteName extends string>(
  router: Router<TargetId, RouteName>,
  options?: ToProviderOptions<'v4'>,
): RouterProvider<TargetId | RouteName, 'v4'>;
// One signature for each version: where the AI SDK takes either, one for both would be understood as neither.
export function toProvider<TargetId extends string, RouteName extends string>(
  router: Router<TargetId, RouteName>,
  options: ToProviderOptions<'v3'>,
): RouterProvider<TargetId | RouteName, 'v3'>;
export function toProvider<TargetId extends string, RouteName extends string>(
  router: Router<TargetId, RouteName>,
  options: ToProviderOptions = {},
): RouterProvider<TargetId | RouteName> {
  const { specificationVersion = 'v4', ...unknown } = options;
  for (const option of Object.keys(unknown))
    throw new ConfigError(`toProvider.${option}`, 'the option specificationVersion', 'an unknown one');
  if (specificationVersion !== 'v4' && specificationVersion !== 'v3')
    throw new ConfigError(
      'toProvider.specificationVersion',
      "'v4' or 'v3'",
      JSON.stringify(specificationVersion),
    );
  const version: SpecificationVersion = specificationVersion;
  const plain: Router = router as unknown as Router; // whatever its names
  const known = ['default', ...Object.keys(plain.routes), ...plain.targets];
  const check = (modelId: string, type: 'languageModel' | 'embeddingModel' | 'imageModel'): string => {
    if (known.includes(modelId)) return modelId;
    throw noSuchModel(modelId, type, known);
  };
  // What is asked of them here never changes, and measuring all else takes time.
  const facts: Facts = new Map(plain.stats().map((report) => [report.id, report]));
  const languageModel = (modelId: string = 'default'): RouterLanguageModel =>
    toLanguageModel(plain, facts, check(modelId, 'languageModel'), version);
  return Object.assign(languageModel, {
    specificationVersion: version,
    languageModel,
    embeddingModel: (modelId: string) => toEmbeddingModel(plain, check(modelId, 'embeddingModel'), version),
    imageModel: (modelId: string) => toImageModel(plain, check(modelId, 'imageModel'), version),
  });
}

type Facts = ReadonlyMap<string, Pick<TargetReport, 'provider' | 'model' | 'capabilities'>>;

function toLanguageModel<Version extends SpecificationVersion>(
  router: Router,
  facts: Facts,
  modelId: string,
  specificationVersion: Version,
): RouterLanguageModel<Version> {
  const before = specificationVersion === 'v3';
  const read = (call: object): { call: LanguageCall; options: CallOptions; telling: Telling } => {
    const language = before ? fromV3(call) : (call as LanguageCall);
    const declared = new Set(language.tools?.map(({ name }) => name));
    return {
      call: language,
      options: optionsOf(router, modelId, language.providerOptions, language.abortSignal),
      telling: {
        part: partTeller(toolNames(language.tools), declared),
        untold: (target) => untold(language, facts.get(target)?.provider),
        modelOf: (target) => facts.get(target)?.model,
      },
    };
  };
  return {
    specificationVersion,
    provider,
    modelId,
    get supportedUrls() {
      const ids = router.routes[modelId] ?? (facts.has(modelId) ? [modelId] : router.targets);
      return commonUrls(ids.map((id) => facts.get(id)?.capabilities.urls ?? {}));
    },
    async doGenerate(given) {
      const { call, options, telling } = read(given);
      const result = await asked(() => router.chat(toChatRequest(call), options));
      const generated = toGenerateResult(result, telling);
      return before ? resultToV3(generated) : generated;
    },
    async doStream(given) {
      const { call, options, telling } = read(given);
      const stream = await asked(() => router.stream(toChatRequest(call), options));
      const readable = toReadable(stream, telling, before ? partOfAnswerToV3 : undefined);
      // Mapped to the version that was asked for, whichever of the two types that has.
      return {
        stream: readable as ReadableStream<never>,
        response: { headers: { ...stream.response.headers } },
      };
    },
  };
}

/** A failure of the router's, in a form that the AI SDK's users look for. */
async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (isRouterError(error, 'request') && error.field.startsWith('options.')) throw asGiven(error);
    throw asCallError(error);
  }
}

/** The option by the name under which it was given here. */
function asGiven(error: RequestError): RequestError {
  const named = (text: string): string => text.replace(/^options\./, 'providerOptions.signalbox.');
  return Object.assign(error, { field: named(error.field), message: named(error.message) });
}

/** What a call says to the router itself. */
function optionsOf(
  router: Router,
  modelId: string,
  providerOptions: Keyed | undefined,
  signal: AbortSignal | undefined,
): CallOptions {
  const own: JsonObject = providerOptions?.['signalbox'] ?? {};
  if ('signal' in own)
    throw new RequestError('providerOptions.signalbox.signal', 'nothing: the call has its own', 'one');
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
        // None of the router's own is of the kind that version 3 has not.
        warnings: warnings.map(toWarning).map(warningToV3),
      };
    },
  };
}
