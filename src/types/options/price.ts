/** Rates in US$ per million tokens. */
export interface Rates {
  readonly input: number;
  /** Left out for embeddings, which have no output, and for images that are paid for one by one. */
  readonly output?: number;
  /** Input read from the prompt cache. Default: `input`. */
  readonly cacheRead?: number;
  /** Input written to the prompt cache. Default: `input`. */
  readonly cacheWrite?: number;
  /** Input written to the prompt cache for one hour. Default: `cacheWrite`. */
  readonly cacheWrite1h?: number;
  /** Input that is audio. Default: `input`, and the cost counts as estimated. */
  readonly inputAudio?: number;
  /** Output that is audio. Default: `output`, and the cost counts as estimated. */
  readonly outputAudio?: number;
  /** Input that is images, for models that make some. Default: `input`. */
  readonly inputImage?: number;
  /** Output that is images. Default: `output`. */
  readonly outputImage?: number;
}

/** Rates for the whole request once its input is larger than `above` tokens. */
export interface PriceTier extends Rates {
  /** Input tokens. The tier with the highest `above` that the input exceeds is used for all tokens of the request. */
  readonly above: number;
}

/**
 * What a target charges, in US$ per million tokens.
 *
 * @example
 * { input: 0.3, output: 2.5, cacheRead: 0.03, tiers: [{ above: 200_000, input: 0.6, output: 5 }] }
 */
export interface Price extends Rates {
  /** US$ per request, on top of the tokens. Default: 0. */
  readonly request?: number;
  /** US$ per web search that the vendor did. Default: unknown; the cost of an answer that searched counts as estimated. */
  readonly webSearch?: number;
  /**
   * US$ per image that is made, for models that are not, or not only, paid for by tokens: `{ input: 0, image: 0.04 }`. Tokens
   * that the vendor does not count, or that the price has no rate for, are then free.
   */
  readonly image?: number;
  readonly tiers?: readonly PriceTier[];
}
