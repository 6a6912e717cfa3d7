/**
 * What a target can do. A request that needs what a target lacks is not sent to it; what is left out is unknown, and does
 * not stand in the way.
 */
export interface Capabilities {
  /** Answers at all. `false` for models that only embed, or only make images. */
  readonly chat?: boolean;
  readonly embeddings?: boolean;
  /** Makes images; `prompt`: only from words; `images`: also from other images, but without a mask. */
  readonly imageGeneration?: boolean | 'prompt' | 'images';
  readonly tools?: boolean;
  /** Looks at images; `data`: only at such as are in the request, not by URL. */
  readonly images?: boolean | 'data';
  /** Media types of other files that it reads, such as `application/pdf` or `audio/*`; `true` for all, `false` for none. */
  readonly files?: boolean | readonly string[];
  /**
   * Which URLs of files the vendor fetches by itself, by media type (`image/*`, `application/pdf`, `*`). All others have to be
   * sent as data. Left out: it is not known.
   */
  readonly urls?: Readonly<Record<string, readonly RegExp[]>>;
  /** Holds its answers to a JSON Schema, by itself or with the help of an instruction. */
  readonly jsonSchema?: boolean;
  /** Takes a reasoning effort. */
  readonly reasoning?: boolean;
  /**
   * Goes on with an assistant message that ends the conversation; `echo`: and may begin by repeating it. Unlike the others it
   * has to be known: `interrupted: 'continue'` uses no target of which it is not.
   */
  readonly prefill?: boolean | 'echo';
  /** Most tokens of input and output together. Default: the catalogue's, where it knows the model. */
  readonly contextLength?: number;
  /** Most tokens of output. */
  readonly maxOutputTokens?: number;
}
