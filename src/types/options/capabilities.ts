/**
 * What a target supports. The router does not send a request to a target that lacks a required capability.
 * An omitted capability is unknown and excludes nothing, except `prefill`.
 */
export interface Capabilities {
  /** Chat completions. `false` for models that only create embeddings or images. */
  readonly chat?: boolean;
  /** Embeddings. */
  readonly embeddings?: boolean;
  /** Image generation. `prompt`: from text only. `images`: also from other images, but without a mask. */
  readonly imageGeneration?: boolean | 'prompt' | 'images';
  /** Calls of the application's tools. */
  readonly tools?: boolean;
  /** Image input. `data`: only inline images, no URLs. */
  readonly images?: boolean | 'data';
  /** Media types of other supported files, such as `application/pdf` or `audio/*`; `true`: all, `false`: none. */
  readonly files?: boolean | readonly string[];
  /**
   * URLs that the vendor fetches itself, by media type (`image/*`, `application/pdf`, `*`). Files at any other
   * URL must be sent inline. Omitted: unknown.
   */
  readonly urls?: Readonly<Record<string, readonly RegExp[]>>;
  /** Output that follows a JSON Schema, natively or through an instruction in the prompt. */
  readonly jsonSchema?: boolean;
  /** Support for a reasoning effort. */
  readonly reasoning?: boolean;
  /**
   * Continuation of a trailing assistant message. `echo`: the response may repeat that message first. Unlike the
   * other capabilities it must be declared: `interrupted: 'continue'` skips targets where it is unknown.
   */
  readonly prefill?: boolean | 'echo';
  /** Maximum number of input and output tokens combined. @default the catalog's value, if it lists the model */
  readonly contextLength?: number;
  /** Maximum number of output tokens. */
  readonly maxOutputTokens?: number;
}
