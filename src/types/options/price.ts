/** Rates in US$ per million tokens. */
export interface Rates {
  /** Input tokens, in US$ per million. */
  readonly input: number;
  /** Omit for embeddings, which have no output, and for images billed per image. */
  readonly output?: number;
  /** Input read from the prompt cache. @default `input` */
  readonly cacheRead?: number;
  /** Input written to the prompt cache. @default `input` */
  readonly cacheWrite?: number;
  /** Input written to the prompt cache with a one-hour lifetime. @default `cacheWrite` */
  readonly cacheWrite1h?: number;
  /** Audio input. @default `input`, with the cost marked as estimated */
  readonly inputAudio?: number;
  /** Audio output. @default `output`, with the cost marked as estimated */
  readonly outputAudio?: number;
  /** Image input of image generation models. @default `input` */
  readonly inputImage?: number;
  /** Image output. @default `output` */
  readonly outputImage?: number;
  /** Reasoning output, for the few models that bill it at a lower rate. @default `output` */
  readonly outputReasoning?: number;
}

/** Rates for the whole request if its input exceeds `above` tokens. */
export interface PriceTier extends Rates {
  /** Input tokens. The highest tier that the input exceeds applies to all tokens of the request. */
  readonly above: number;
}

/** Rates of a service tier in US$ per million tokens, with optional tiers by input size. */
export interface ServiceTierRates extends Rates {
  /** Other rates from a number of input tokens on. */
  readonly tiers?: readonly PriceTier[];
}

/**
 * Price of a target in US$ per million tokens.
 *
 * @example
 * { input: 0.3, output: 2.5, cacheRead: 0.03, tiers: [{ above: 200_000, input: 0.6, output: 5 }] }
 * @example
 * { input: 2, output: 8, serviceTiers: { flex: 0.5, priority: 1.75, batch: { input: 1, output: 4 } } }
 */
export interface Price extends Rates {
  /** US$ per request, in addition to tokens. @default 0 */
  readonly request?: number;
  /** US$ per vendor-run web search. @default unknown; the cost of a response with searches is estimated */
  readonly webSearch?: number;
  /**
   * Whether searches are billed only above a free allowance. Usage against the allowance is not visible in a
   * response, so the cost of a response with searches is marked as estimated.
   *
   * @default false
   */
  readonly freeSearches?: boolean;
  /** US$ per search in vendor-hosted files. @default unknown; the cost of a response with one is estimated */
  readonly fileSearch?: number;
  /**
   * US$ per container in which the vendor runs code. The cost of a response that ran code is always marked as
   * estimated because containers outlive a response and some are billed by the hour.
   *
   * @default unknown
   */
  readonly codeExecution?: number;
  /**
   * US$ per generated image, for models billed per image instead of or in addition to tokens:
   * `{ input: 0, image: 0.04 }`. Tokens that the vendor does not count or that have no rate are then free.
   */
  readonly image?: number;
  /** Other rates from a number of input tokens on. */
  readonly tiers?: readonly PriceTier[];
  /**
   * Prices of non-standard service tiers: a factor on all token rates, or separate rates. Keyed by the value of
   * `response.serviceTier`: `flex`, `priority`, `fast` or `batch`. If a response was served on a tier without
   * an entry, its cost is calculated at the standard rates and marked as estimated.
   */
  readonly serviceTiers?: Readonly<Record<string, number | ServiceTierRates>>;
  /**
   * Factors on all token rates by `response.region`, applied on top of the service tier: `{ us: 1.1 }`. If a
   * response was served in a region with separate pricing and without an entry, its cost is marked as estimated.
   */
  readonly regions?: Readonly<Record<string, number>>;
}
