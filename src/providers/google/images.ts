import { ProviderError, type ProviderErrorInit } from '../../errors.ts';
import type { ResponseHeaders } from '../../transport/headers.ts';
import type {
  ProviderCall,
  ProviderImageCall,
  ProviderImages,
  ProviderResult,
} from '../../types/provider.ts';
import type { JSONObject } from '../../types/request/json.ts';
import type { UserPart } from '../../types/request/message.ts';
import type { Warning } from '../../types/result/result.ts';
import { resolveData } from '../../util/data-content.ts';
import { asObject, asObjects, asText, compact } from '../../util/json.ts';
import { responseInfo } from '../shared/response-info.ts';
import type { Carry, SdkImages } from '../shared/sdk-provider.ts';
import { type GeminiRequest, toRequest } from './chat/request.ts';
import { toResult } from './chat/response.ts';
import { briefFetch, type GenAIClient } from './genai.ts';
import { isImagen } from './model.ts';

const provider = 'google';

/** https://ai.google.dev/gemini-api/docs/image-generation#aspect_ratios */
const shapes = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'];

/** Maximum images per call (https://ai.google.dev/gemini-api/docs/imagen); Gemini models generate one per call. */
function imagesPerCall(model: string): number {
  return isImagen(model) ? 4 : 1;
}

function failure(more: Pick<ProviderErrorInit, 'kind' | 'scope' | 'answered' | 'summary'>): ProviderError {
  return new ProviderError({ provider, ...more });
}

/** The requested aspect ratio, given directly or implied by a size. */
function shapeOf({ size, aspectRatio }: ProviderImageCall, warnings: Warning[]): string | undefined {
  if (size === undefined) return aspectRatio;
  const [width = 1, height = 1] = size.split('x').map(Number);
  const shape =
    aspectRatio ??
    shapes.find((each) => {
      const [across = 1, down = 1] = each.split(':').map(Number);
      return across * height === down * width;
    });
  warnings.push(
    shape === undefined
      ? { type: 'unsupported', feature: 'size' }
      : { type: 'changed', feature: 'size', details: `sent as aspectRatio ${shape}` },
  );
  return shape;
}

/** Converts an image call to a chat that generates one image. */
export function toImageChat(call: ProviderImageCall): {
  readonly chat: ProviderCall;
  readonly warnings: readonly Warning[];
} {
  const { model, prompt, seed, images = [], mask, signal } = call;
  if (mask !== undefined)
    throw failure({ kind: 'bad-request', scope: 'deployment', summary: 'it accepts no masks' });
  const warnings: Warning[] = [];
  const aspectRatio = shapeOf(call, warnings);
  const { imageConfig, ...own } = call.providerOptions?.[provider] ?? {};
  const config = { ...compact({ aspectRatio }), ...asObject(imageConfig) } as JSONObject;
  const google = {
    responseModalities: ['IMAGE'],
    ...own,
    ...(Object.keys(config).length === 0 ? {} : { imageConfig: config }),
  };
  const content: UserPart[] = images.map(({ data, mediaType }) => ({
    type: 'image',
    image: data,
    ...compact({ mediaType }),
  }));
  if (prompt !== undefined) content.push({ type: 'text', text: prompt });
  const messages = [{ role: 'user', content }] as const;
  return {
    chat: { model, messages, signal, ...compact({ seed }), providerOptions: { google } },
    warnings,
  };
}

/** The images in such a chat's answer. Throws if there are none. */
export function toChatImages(
  { content, finishReason, usage, ...answer }: ProviderResult,
  warnings: readonly Warning[],
): ProviderImages {
  const images = content.flatMap((part) => {
    if (part.type !== 'file' || typeof part.data !== 'string' || !part.mediaType.startsWith('image/'))
      return [];
    return [{ ...part, data: part.data }];
  });
  if (images.length === 0) {
    throw finishReason === 'content-filter'
      ? failure({ kind: 'content-filter', answered: true, summary: 'the vendor withheld the image' })
      : failure({ kind: 'malformed', answered: true, summary: 'the answer has no image' });
  }
  const { outputTokens, reasoningTokens = 0 } = usage;
  // Unless reported otherwise, all output tokens are image tokens.
  const imageOutputTokens =
    usage.imageOutputTokens ?? (outputTokens === undefined ? undefined : outputTokens - reasoningTokens);
  return {
    ...answer,
    images,
    usage: { ...usage, ...compact({ imageOutputTokens }) },
    warnings: [...warnings, ...answer.warnings],
  };
}

/** Calls Imagen once, through a client that supports it: Vertex AI's does, Gemini's own API no longer does. */
function sendImagen(
  client: GenAIClient,
  call: ProviderImageCall,
  { signal }: Carry,
): { readonly sent: PromiseLike<unknown>; readonly warnings: readonly Warning[] } {
  const { model, prompt, n, seed, images } = call;
  const { models } = client;
  const fetch = briefFetch(client);
  if (models.generateImages === undefined || images !== undefined) {
    const summary = images === undefined ? 'this client has no Imagen' : 'it accepts no images';
    throw failure({ kind: 'bad-request', scope: 'deployment', summary });
  }
  const warnings: Warning[] = [];
  const config = compact({
    numberOfImages: n,
    aspectRatio: shapeOf(call, warnings),
    seed,
    includeRaiReason: true,
    httpOptions: fetch && { fetch },
    ...call.providerOptions?.[provider],
    abortSignal: signal,
  });
  return { sent: models.generateImages({ model, prompt, config }), warnings };
}

/** Reads Imagen's answer. Filtered images are absent from it. */
function toImagenImages(
  raw: unknown,
  headers: ResponseHeaders,
  warnings: readonly Warning[],
): ProviderImages {
  const list = asObjects(asObject(raw)?.['generatedImages']);
  const images = list.flatMap((entry) => {
    const { imageBytes, mimeType } = asObject(entry['image']) ?? {};
    const data = asText(imageBytes);
    if (data === undefined || data === '') return [];
    const mediaType = asText(mimeType) ?? resolveData(data, undefined, provider).mediaType ?? 'image/png';
    const enhancedPrompt = asText(entry['enhancedPrompt']);
    const own = enhancedPrompt === undefined ? {} : { providerOptions: { google: { enhancedPrompt } } };
    return [{ type: 'file' as const, data, mediaType, ...own }];
  });
  const filtered = list.flatMap(({ raiFilteredReason }) => asText(raiFilteredReason) ?? []);
  if (images.length === 0) {
    throw filtered.length > 0
      ? failure({ kind: 'content-filter', answered: true, summary: 'the vendor withheld the images' })
      : failure({ kind: 'malformed', answered: true, summary: 'the answer has no image' });
  }
  const providerMetadata = filtered.length === 0 ? {} : { google: { raiFilteredReasons: filtered } };
  return { images, usage: {}, response: responseInfo({}, headers), warnings, providerMetadata, raw };
}

type SendChat = (
  client: GenAIClient,
  body: GeminiRequest,
  stream: boolean,
  carry: Carry,
) => PromiseLike<unknown>;

/** @param imagen whether Imagen's models use its own API */
export function imagesOver(send: SendChat, imagen: boolean): SdkImages<GenAIClient> {
  return {
    perCall: imagesPerCall,
    async make(client, call, carry, answer) {
      if (imagen && isImagen(call.model)) {
        const { sent, warnings } = sendImagen(client, call, carry);
        const { data, headers } = await answer(sent);
        return toImagenImages(data, headers, warnings);
      }
      const { chat, warnings } = toImageChat(call);
      const { body, warnings: more } = toRequest(chat);
      const { data, headers } = await answer(send(client, body, false, carry));
      return toChatImages(toResult(data, headers, more), warnings);
    },
  };
}
