import { ProviderError } from '../../errors.ts';
import type { ProviderImageCall, ProviderImages } from '../../types/provider.ts';
import type { GeneratedImage } from '../../types/request/image.ts';
import type { Warning } from '../../types/result/result.ts';
import type { Usage } from '../../types/result/usage.ts';
import { resolveData } from '../../util/data-content.ts';
import { asCount, asObject, asObjects, asText, compact, type Wire } from '../../util/json.ts';
import { failureInside } from './failures.ts';
import { chargeIn } from './usage.ts';

/** How a server that speaks as OpenAI does makes images, by `POST /images/generations`. */
export interface ImageWords {
  /** Most images in one call. */
  readonly most: number;
  /**
   * What asks for images rather than their addresses; `false` where it is not asked. Default: `b64_json`, but not of models whose
   * name has `gpt-image` in it, which refuse the question.
   */
  readonly format?: 'b64_json' | 'base64' | false;
  /** How the size is said, or `false` where it cannot be. Default: `size`. */
  readonly size?: 'size' | 'width+height' | false;
  /** Whether `aspect_ratio` is taken. Default: `false`. */
  readonly aspectRatio?: boolean;
  /** Whether `seed` is taken. Default: `false`. */
  readonly seed?: boolean;
}

/**
 * Sizes that all of OpenAI's own models have had since gpt-image-1, by their shape
 * (https://developers.openai.com/api/docs/guides/image-generation).
 */
const standardSizes: Readonly<Record<string, string>> = {
  '1:1': '1024x1024',
  '3:2': '1536x1024',
  '2:3': '1024x1536',
};

/** OpenAI's own later models: they have the standard sizes, and always give base64. */
export function isGPTImage(model: string): boolean {
  return /gpt-image/.test(model);
}

/** A call as the body of `POST /images/generations`, and what could not be said in it. */
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
  if (size !== undefined && form !== false) return sized; // it says the shape as well
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

/** A list of images as a result. Throws where there is none in it. */
export function toImages(
  raw: unknown,
  provider: string,
  headers: Readonly<Record<string, string>>,
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
    response: { ...compact({ id: asText(wire['id']), model: asText(wire['model']) }), headers },
    warnings,
    providerMetadata: { [provider]: metadata },
    raw,
  };
}

function toImage(entry: Wire, provider: string, format: string | undefined): readonly GeneratedImage[] {
  const text = asText(entry['b64_json']);
  if (text === undefined || text === '') return [];
  const named = asText(entry['mime_type']) ?? (format === undefined ? undefined : `image/${format}`);
  const found = resolveData(text, named, provider); // some give it as a data URL
  if (found.kind !== 'base64') return [];
  const { base64: data, mediaType = 'image/png' } = found;
  const revisedPrompt = asText(entry['revised_prompt']);
  const own = revisedPrompt ? { providerOptions: { [provider]: { revisedPrompt } } } : {};
  return [{ type: 'file', data, mediaType, ...own }];
}

/** https://platform.openai.com/docs/api-reference/images/object: where it does not say which of the output was text, none was. */
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
