import type { ImageCall, ImageFile, ImageResultSpec, Json, JsonObject } from '../../providers/ai-sdk/spec.ts';
import type { WarningV3 } from '../../providers/ai-sdk/v3.ts';
import { aiSdkFormat } from '../../providers/shared/option-case.ts';
import type { ImageInput, ImageRequest, ImageResult } from '../../types/request/image.ts';
import { metadataOf, responseOf, toWarning } from './answer.ts';
import { callOptions } from './vendor/options.ts';

/** Types for images that both versions of the specification share. */
export interface MadeImages extends ImageResultSpec {
  /** Parts of the call that were not sent as given; empty if there are none. */
  warnings: WarningV3[];
}

/** Converts an image call to a request. The request keeps the call, for targets that are AI SDK models. */
export function toImageRequest(call: ImageCall): ImageRequest {
  const { abortSignal: _signal, ...settings } = call;
  const { prompt, n, size, aspectRatio, seed, files, mask, providerOptions } = settings;
  const { signalbox: _own, ...vendors } = providerOptions;
  return {
    n,
    ...(prompt === undefined || prompt === '' ? {} : { prompt }),
    ...(size === undefined ? {} : { size }),
    ...(aspectRatio === undefined ? {} : { aspectRatio }),
    ...(seed === undefined ? {} : { seed }),
    ...(files === undefined || files.length === 0 ? {} : { images: files.map(toInput) }),
    ...(mask === undefined ? {} : { mask: toInput(mask) }),
    ...callOptions({ prompt: [], providerOptions }),
    origin: { format: aiSdkFormat, request: { ...settings, providerOptions: vendors } },
  };
}

function toInput(file: ImageFile): ImageInput {
  return file.type === 'url' ? { data: file.url } : { data: file.data, mediaType: file.mediaType };
}

/**
 * Converts images to the AI SDK's types. Its `generateImage` keeps only metadata per image, so the router's report is on the first
 * image, and the others name only their target.
 */
export function toImageResult(result: ImageResult): MadeImages {
  const { images, usage, response, warnings } = result;
  const { inputTokens, outputTokens } = usage;
  const known = inputTokens !== undefined || outputTokens !== undefined;
  const { modelId = result.target, timestamp = new Date() } = responseOf(
    response,
    result.raw.at(-1),
    undefined,
  );
  return {
    images: images.map(({ data }) => data),
    warnings: warnings.map(toWarning),
    providerMetadata: toMetadata(result),
    response: { timestamp, modelId, headers: { ...response.headers } },
    ...(known
      ? { usage: { inputTokens, outputTokens, totalTokens: (inputTokens ?? 0) + (outputTokens ?? 0) } }
      : {}),
  };
}

function toMetadata(result: ImageResult): NonNullable<ImageResultSpec['providerMetadata']> {
  const { images, providerMetadata, target } = result;
  const vendors = [providerMetadata, ...images.map(({ providerOptions = {} }) => providerOptions)];
  const names = new Set(vendors.flatMap(Object.keys));
  const ofVendors = [...names].map((name) => {
    const each = images.map(({ providerOptions }): Json => (providerOptions?.[name] ?? {}) as JsonObject);
    return [name, { ...(providerMetadata[name] as JsonObject | undefined), images: each }] as const;
  });
  const { signalbox: router = {} } = metadataOf(result);
  const own = { ...router, images: images.map((_, index) => (index === 0 ? router : { target })) };
  return { ...Object.fromEntries(ofVendors), signalbox: own };
}
