import { ProviderError } from '../../errors.ts';
import type { ResponseHeaders } from '../../transport/headers.ts';
import type { ProviderImageCall, ProviderImages } from '../../types/provider.ts';
import type { GeneratedImage } from '../../types/request/image.ts';
import type { Warning } from '../../types/result/result.ts';
import type { Usage } from '../../types/result/usage.ts';
import { resolveData } from '../../util/data-content.ts';
import { asCount, asObject, asObjects, asText, compact, type Wire } from '../../util/json.ts';
import { responseInfo } from '../shared/response-info.ts';
import { failureInside } from './failures.ts';
import { chargeIn } from './usage.ts';

/** How a server with OpenAI's API generates images, by `POST /images/generations`. */
export interface ImageWords {
  /** Maximum images per call. */
  readonly most: number;
  /**
   * The `response_format` that requests image data instead of URLs; `false` to omit it.
   *
   * @default 'b64_json', except for models with `gpt-image` in their name, which refuse the field
   */
  readonly format?: 'b64_json' | 'base64' | false;
  /** The field for the size; `false` if there is none. @default 'size' */
  readonly size?: 'size' | 'width+height' | false;
  /** Whether `aspect_ratio` is supported. @default false */
  readonly aspectRatio?: boolean;
  /** Whether `seed` is supported. @default false */
  readonly seed?: boolean;
}

/**
 * The sizes of all OpenAI models since gpt-image-1, by shape
 * (https://developers.openai.com/api/docs/guides/image-generation).
 */
const standardSizes: Readonly<Record<string, string>> = {
  '1:1': '1024x1024',
  '3:2': '1536x1024',
  '2:3': '1024x1536',
};

/** OpenAI's later models: they have the standard sizes and always return base64. */
export function isGPTImage(model: string): boolean {
  return /gpt-image/.test(model);
}

/** Converts a call to the body of `POST /images/generations`, with warnings. */
export function toImageRequest(
  call: ProviderImageCall,
  provider: string,
  words: Omit<ImageWords, 'most'>,
): { readonly body: Wire; readonly warnings: readonly Warning[] } {
  const { model, prompt, n, seed } = call;
  const warnings: Warning[] = [];
  const format = words.format ?? (isGPTImage(model) ? false : 'b64_json');
  const body = compact({
    model,
    prompt,
    n,
    ...toSize(call, words, warnings),
    seed: words.seed === true ? seed : undefined,
    response_format: format === false ? undefined : format,
    ...call.providerOptions?.[provider],
  });
  if (seed !== undefined && words.seed !== true) warnings.push({ type: 'unsupported', feature: 'seed' });
  return { body, warnings };
}

function toSize(
  { model, size, aspectRatio }: ProviderImageCall,
  { size: form = 'size', aspectRatio: shaped = false }: Omit<ImageWords, 'most'>,
  warnings: Warning[],
): Wire {
  const [width, height] = size?.split('x').map(Number) ?? [];
  const sized = form === 'size' ? { size } : form === false ? {} : { width, height };
  if (size !== undefined && form !== false) return sized; // the size implies the shape
  if (aspectRatio !== undefined && shaped) {
    if (size !== undefined) warnings.push({ type: 'unsupported', feature: 'size' });
    return { aspect_ratio: aspectRatio };
  }
  if (size !== undefined) warnings.push({ type: 'unsupported', feature: 'size' });
  if (aspectRatio === undefined) return {};
  const standard = form === 'size' && isGPTImage(model) ? standardSizes[aspectRatio] : undefined;
  const details = standard === undefined ? {} : { details: `sent as size ${standard}` };
  warnings.push({
    type: standard === undefined ? 'unsupported' : 'changed',
    feature: 'aspectRatio',
    ...details,
  });
  return { size: standard };
}

/** Reads a list of images. Throws if it is empty. */
export function toImages(
  raw: unknown,
  provider: string,
  headers: ResponseHeaders,
  warnings: readonly Warning[],
): ProviderImages {
  const wire = asObject(raw) ?? {};
  const inside = failureInside(wire, provider, headers);
  if (inside !== undefined) throw inside;
  const format = asText(wire['output_format']);
  const images = asObjects(wire['data']).flatMap((entry) => toImage(entry, provider, format));
  if (images.length === 0) {
    const summary = 'the answer has no image';
    throw new ProviderError({ kind: 'malformed', provider, answered: true, summary });
  }
  const metadata = compact({
    size: asText(wire['size']),
    quality: asText(wire['quality']),
    background: asText(wire['background']),
    outputFormat: format,
  });
  return {
    images,
    usage: readUsage(wire['usage']),
    ...compact({ cost: chargeIn(wire['usage']) }),
    response: responseInfo(compact({ id: asText(wire['id']), model: asText(wire['model']) }), headers),
    warnings,
    providerMetadata: { [provider]: metadata },
    raw,
  };
}

function toImage(entry: Wire, provider: string, format: string | undefined): readonly GeneratedImage[] {
  const text = asText(entry['b64_json']);
  if (text === undefined || text === '') return [];
  const named = asText(entry['mime_type']) ?? (format === undefined ? undefined : `image/${format}`);
  const found = resolveData(text, named, provider); // some servers return a data URL
  if (found.kind !== 'base64') return [];
  const { base64: data, mediaType = 'image/png' } = found;
  const revisedPrompt = asText(entry['revised_prompt']);
  const own = revisedPrompt ? { providerOptions: { [provider]: { revisedPrompt } } } : {};
  return [{ type: 'file', data, mediaType, ...own }];
}

/** https://platform.openai.com/docs/api-reference/images/object: unless reported otherwise, all output tokens are image tokens. */
function readUsage(wire: unknown): Usage {
  const usage = asObject(wire) ?? {};
  const outputTokens = asCount(usage['output_tokens']);
  const { image_tokens: looked } = asObject(usage['input_tokens_details']) ?? {};
  const { image_tokens: drawn } = asObject(usage['output_tokens_details']) ?? {};
  return compact({
    inputTokens: asCount(usage['input_tokens']),
    outputTokens,
    imageInputTokens: asCount(looked),
    imageOutputTokens: asCount(drawn) ?? outputTokens,
  });
}
