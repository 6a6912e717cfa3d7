import type { OperationResult } from '../result/result.ts';
import type { DataContent, FilePart, ProviderOptions } from './message.ts';
import type { Origin } from './request.ts';

/** An image to begin with. One that a model made is one as it is. */
export interface ImageInput {
  readonly data: DataContent;
  /** IANA media type. Default: read from a data URL or from the first bytes, else `image/png`. */
  readonly mediaType?: string;
}

/**
 * Images to be made: from a prompt, or from other images.
 *
 * @example
 * const { images } = await router.image({ prompt: 'A lighthouse in a storm', size: '1024x1024' }, { route: 'pictures' });
 */
export interface ImageRequest {
  /** What to make. Can be left out where there are `images`, for models that need none. */
  readonly prompt?: string;
  /** How many. They are made in as many calls as the vendor's limits ask for, all by one target. Default: 1. */
  readonly n?: number;
  /** Width and height in pixels. Default: the model's own. */
  readonly size?: `${number}x${number}`;
  /**
   * Width to height. Vendors take either this or `size`; where both are given, each target gets the one that it takes.
   * Default: the model's own.
   */
  readonly aspectRatio?: `${number}:${number}`;
  /** For the same images again, from models that can do that. */
  readonly seed?: number;
  /** What to edit, to vary or to go by. */
  readonly images?: readonly ImageInput[];
  /** Which part of the first of `images` to make anew: where it is transparent. */
  readonly mask?: ImageInput;
  /** Each vendor's own options, keyed by provider name and passed through untouched. */
  readonly providerOptions?: ProviderOptions;
  /** For adapters: the request as it came in, for providers that speak the same words and then need no translation. */
  readonly origin?: Origin;
}

/** An image that a model made. What its vendor said of it is in `providerOptions`, by provider name. */
export interface GeneratedImage extends FilePart {
  /** Base64. */
  readonly data: string;
}

/** Images of one model. */
export interface ImageResult extends OperationResult {
  /** At least one; fewer than requested only with a warning. */
  readonly images: readonly GeneratedImage[];
  readonly raw: readonly unknown[];
}
