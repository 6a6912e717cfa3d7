import type { WarningSpec } from './answer.ts';
import type { Json, JsonObject, Keyed } from './json.ts';

/** The argument of `doEmbed`. */
export interface EmbedCall {
  /** The texts to embed. */
  values: string[];
  /** Length of the vectors. @default the model's own */
  dimensions?: number;
  /** Aborts the call. */
  abortSignal?: AbortSignal;
  /** Headers to send along. */
  headers?: Record<string, string>;
  /** Vendor options, by provider name. */
  providerOptions?: Keyed;
}

/** What `doEmbed` returns. */
export interface EmbedResultSpec {
  /** One vector per value, in the same order. */
  embeddings: number[][];
  /** The tokens; omitted if the vendor reported none. */
  usage?: {
    /** Input tokens. */
    tokens: number;
  };
  /** Further metadata by provider name. The router's report is under `signalbox`. */
  providerMetadata?: Keyed;
  /** The vendor's response metadata. */
  response?: {
    /** Response headers. */
    headers?: Record<string, string>;
    /** The body as it arrived, if the provider shows it. */
    body?: unknown;
  };
  /** Parts of the call that were not sent as given; empty if there are none. */
  warnings: WarningSpec[];
}

/** An image to edit, or a mask. */
export type ImageFile = {
  /** Vendor options for this image, by provider name. */
  providerOptions?: Keyed;
} & (
  | {
      type: 'file';
      /** IANA media type, such as `image/png`. */
      mediaType: string;
      /** Bytes or base64. */
      data: string | Uint8Array;
    }
  | {
      type: 'url';
      /** Its address. */
      url: string;
    }
);

/** The argument of an image model's `doGenerate`, the same in versions 3 and 4. */
export interface ImageCall {
  /** What the images show; `undefined` if the model needs only `files`. */
  prompt: string | undefined;
  /** How many images. */
  n: number;
  /** Width and height in pixels; `undefined` for the model's own. */
  size: `${number}x${number}` | undefined;
  /** Width to height; `undefined` for the model's own. */
  aspectRatio: `${number}:${number}` | undefined;
  /** For reproducible images; `undefined` for a random one. */
  seed: number | undefined;
  /** Images to edit; `undefined` for none. */
  files: ImageFile[] | undefined;
  /** Which part of the image to edit; `undefined` for all of it. */
  mask: ImageFile | undefined;
  /** Vendor options, by provider name. */
  providerOptions: Keyed;
  /** Aborts the call. */
  abortSignal?: AbortSignal;
  /** Headers to send along. */
  headers?: Record<string, string | undefined>;
}

/** What an image model's `doGenerate` returns. */
export interface ImageResultSpec {
  /** The images, as base64 or bytes. */
  images: string[] | Uint8Array[];
  /** Of an answer without images: whether the AI SDK may ask again. */
  isRetryable?: boolean;
  /** Parts of the call that were not sent as given; empty if there are none. */
  warnings: WarningSpec[];
  /** Metadata of each image, by provider name. The router's report is under `signalbox`. */
  providerMetadata?: Record<string, { images: Json[] } & JsonObject>;
  /** The vendor's response metadata. */
  response: {
    /** When the answer arrived. */
    timestamp: Date;
    /** The model that answered, as the vendor names it. */
    modelId: string;
    /** Response headers; `undefined` if the SDK hides them. */
    headers: Record<string, string> | undefined;
  };
  /** The tokens; omitted if the vendor reported none. */
  usage?: {
    /** Input tokens; `undefined` if the vendor reported none. */
    inputTokens: number | undefined;
    /** Output tokens; `undefined` if the vendor reported none. */
    outputTokens: number | undefined;
    /** Both together; `undefined` if the vendor reported none. */
    totalTokens: number | undefined;
  };
}
