import { ProviderError } from '../../errors.ts';
import type { Capabilities } from '../../types/options/capabilities.ts';
import type { Provider, ProviderImageCall, ProviderImages } from '../../types/provider.ts';
import type { GeneratedImage, ImageInput } from '../../types/request/image.ts';
import type { JSONObject } from '../../types/request/json.ts';
import type { ProviderOptions } from '../../types/request/message.ts';
import { resolveData } from '../../util/data-content.ts';
import { asObject, compact } from '../../util/json.ts';
import { aiSdkFormat } from '../shared/option-case.ts';
import { refuseAborted } from '../shared/sdk-error.ts';
import { toResponse, toWarnings } from './answer.ts';
import { toKeyed } from './call.ts';
import { toFailure } from './failures.ts';
import type { ImageCall, ImageFile, ImageResultSpec } from './spec.ts';

/** An AI SDK image model. */
export interface ImageModel {
  readonly modelId: string;
  /** A number, `undefined`, or a function that returns one, possibly as a promise. */
  readonly maxImagesPerCall?: unknown;
  readonly supportsFileInputs?: unknown;
  readonly supportsMaskInputs?: unknown;
  doGenerate(call: ImageCall): PromiseLike<ImageResultSpec>;
}

/** Only image models have a maximum of images per call. */
export function isImageModel(model: object): boolean {
  return 'doGenerate' in model && 'maxImagesPerCall' in model;
}

export function imageProvider(name: string, model: ImageModel): Provider {
  const none = (): ProviderError =>
    new ProviderError({
      kind: 'bad-request',
      scope: 'deployment',
      provider: name,
      summary: 'it only makes images',
    });
  const most = perCall(model);
  return {
    name,
    chat: () => Promise.reject(none()),
    stream: () => {
      throw none();
    },
    capabilities: () => capabilitiesOf(model),
    imagesPerCall: () => most,
    async image(call) {
      try {
        refuseAborted(name, call.signal);
        const answered = await model.doGenerate(toImageCall(call, name));
        refuseAborted(name, call.signal);
        return toImages(answered, name);
      } catch (error) {
        throw await toFailure(name, error, call);
      }
    },
  };
}

/** The maximum; 1, as in the AI SDK, if the model does not report it synchronously. */
function perCall(model: ImageModel): number {
  const { maxImagesPerCall: declared, modelId } = model;
  const most: unknown = typeof declared === 'function' ? declared.call(model, { modelId }) : declared;
  if (most instanceof Promise) most.catch(() => {});
  return typeof most === 'number' && most >= 1 ? most : 1;
}

function capabilitiesOf({ supportsFileInputs, supportsMaskInputs }: ImageModel): Capabilities {
  const makes = supportsFileInputs === false ? 'prompt' : supportsMaskInputs === false ? 'images' : true;
  return { chat: false, embeddings: false, imageGeneration: makes };
}

function toImageCall(call: ProviderImageCall, provider: string): ImageCall {
  const { origin } = call;
  if (origin?.format === aiSdkFormat)
    return { ...(origin.request as ImageCall), n: call.n, abortSignal: call.signal };
  const { prompt, n, size, aspectRatio, seed, images, mask, providerOptions, signal } = call;
  return {
    prompt,
    n,
    size,
    aspectRatio,
    seed,
    files: images?.map((image) => toFile(image, provider)),
    mask: mask && toFile(mask, provider),
    providerOptions: toKeyed(providerOptions ?? {}),
    abortSignal: signal,
  };
}

function toFile({ data, mediaType }: ImageInput, provider: string): ImageFile {
  const found = resolveData(data, mediaType, provider);
  if (found.kind === 'url') return { type: 'url', url: found.url };
  if (found.kind === 'base64') {
    const bytes = data instanceof Uint8Array ? data : found.base64;
    return { type: 'file', data: bytes, mediaType: found.mediaType ?? 'image/png' };
  }
  const summary = 'an image model accepts no uploaded files';
  throw new ProviderError({ kind: 'bad-request', scope: 'deployment', provider, summary });
}

function toImages(answered: ImageResultSpec, provider: string): ProviderImages {
  const {
    images,
    usage,
    warnings,
    providerMetadata,
    response: { modelId: model, headers },
  } = answered;
  if (images.length === 0 && answered.isRetryable === false) {
    const summary = 'the model withheld the images';
    throw new ProviderError({ kind: 'content-filter', provider, answered: true, summary });
  }
  return {
    images: [...images].flatMap((image, index) => toImage(image, saidOf(index, providerMetadata), provider)),
    usage: compact({ inputTokens: usage?.inputTokens, outputTokens: usage?.outputTokens }),
    response: toResponse({ response: { modelId: model, ...compact({ headers }) } }),
    warnings: toWarnings(warnings),
    providerMetadata: (providerMetadata ?? {}) as ProviderOptions,
    raw: answered,
  };
}

function toImage(
  image: string | Uint8Array,
  metadata: ProviderOptions,
  provider: string,
): readonly GeneratedImage[] {
  const found = resolveData(image, undefined, provider);
  if (found.kind !== 'base64' || found.base64 === '') return [];
  const { base64: data, mediaType = 'image/png' } = found;
  const own = Object.keys(metadata).length === 0 ? {} : { providerOptions: metadata };
  return [{ type: 'file', data, mediaType, ...own }];
}

/** The metadata of one image, from the list of each provider. */
function saidOf(index: number, metadata: ImageResultSpec['providerMetadata'] = {}): ProviderOptions {
  const entries = Object.entries(metadata).flatMap(([name, { images }]) => {
    const one = Array.isArray(images) ? asObject(images[index]) : undefined;
    return one === undefined || Object.keys(one).length === 0 ? [] : [[name, one as JSONObject] as const];
  });
  return Object.fromEntries(entries);
}
