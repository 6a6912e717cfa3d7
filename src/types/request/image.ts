import type { OperationResult } from '../result/result.ts';
import type { DataContent, FilePart, ProviderOptions } from './message.ts';
import type { Origin } from './request.ts';

/** An input image. A `GeneratedImage` can be passed as is. */
export interface ImageInput {
  /** The image. */
  readonly data: DataContent;
  /** IANA media type. @default detected from the data URL or first bytes, otherwise `image/png` */
  readonly mediaType?: string;
}

/**
 * A request for images, generated from a prompt or from other images.
 *
 * @example
 * const { images } = await router.image({ prompt: 'A lighthouse in a storm', size: '1024x1024' }, { route: 'pictures' });
 */
export interface ImageRequest {
  /** Description of the image. Optional with `images`, for models that do not need one. */
  readonly prompt?: string;
  /**
   * Number of images. The router splits them into as many calls as the vendor's limits require, all to one target.
   *
   * @default 1
   */
  readonly n?: number;
  /** Width and height in pixels. @default the model's default */
  readonly size?: `${number}x${number}`;
  /**
   * Ratio of width to height. Vendors accept either this or `size`; if both are set, each target receives the one
   * that it accepts.
   *
   * @default the model's default
   */
  readonly aspectRatio?: `${number}:${number}`;
  /** Seed for reproducible images, if the model supports it. */
  readonly seed?: number;
  /** Images to edit, to vary or to use as a reference. */
  readonly images?: readonly ImageInput[];
  /** Mask for the first of `images`: its transparent area is regenerated. */
  readonly mask?: ImageInput;
  /** Vendor-specific options by provider name, passed through unchanged. */
  readonly providerOptions?: ProviderOptions;
  /** For adapters: the original request, which providers with the same format use without conversion. */
  readonly origin?: Origin;
}

/** A generated image. Vendor metadata is in `providerOptions`, by provider name. */
export interface GeneratedImage extends FilePart {
  /** The image in base64. */
  readonly data: string;
}

/** Images from one model. */
export interface ImageResult extends OperationResult {
  /** At least one image. If there are fewer than requested, `warnings` has an entry. */
  readonly images: readonly GeneratedImage[];
  /** The answers as the SDK returned them, one for each call. */
  readonly raw: readonly unknown[];
}
