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
  /** Output that is reasoning, for the few models that charge less for it. Default: `output`. */
  readonly outputReasoning?: number;
}

/** Rates for the whole request once its input is larger than `above` tokens. */
export interface PriceTier extends Rates {
  /** Input tokens. The tier with the highest `above` that the input exceeds is used for all tokens of the request. */
  readonly above: number;
}

/** Rates of a service tier of its own, in US$ per million tokens, with tiers by the size of the input. */
export interface ServiceTierRates extends Rates {
  readonly tiers?: readonly PriceTier[];
}

/**
 * What a target charges, in US$ per million tokens.
 *
 * @example
 * { input: 0.3, output: 2.5, cacheRead: 0.03, tiers: [{ above: 200_000, input: 0.6, output: 5 }] }
 * @example
 * { input: 2, output: 8, serviceTiers: { flex: 0.5, priority: 1.75, batch: { input: 1, output: 4 } } }
 */
export interface Price extends Rates {
  /** US$ per request, on top of the tokens. Default: 0. */
  readonly request?: number;
  /** US$ per web search that the vendor did. Default: unknown; the cost of an answer that searched counts as estimated. */
  readonly webSearch?: number;
  /**
   * Searches are only charged for above a free allowance, which no single answer shows: the cost of an answer that searched
   * counts as estimated. Default: `false`.
   */
  readonly freeSearches?: boolean;
  /** US$ per search in files that the vendor keeps. Default: unknown; the cost of an answer with one counts as estimated. */
  readonly fileSearch?: number;
  /**
   * US$ per container in which the vendor ran code. Default: unknown. The cost of an answer that ran code counts as estimated
   * either way: containers outlive an answer, and some are charged for by the hour.
   */
  readonly codeExecution?: number;
  /**
   * US$ per image that is made, for models that are not, or not only, paid for by tokens: `{ input: 0, image: 0.04 }`. Tokens
   * that the vendor does not count, or that the price has no rate for, are then free.
   */
  readonly image?: number;
  readonly tiers?: readonly PriceTier[];
  /**
   * What it charges on a service tier other than the standard one: a factor on all rates per token, or rates of its own. By
   * the names that `response.serviceTier` has: `flex`, `priority`, `fast`, and `batch`. Default: unknown; the cost of an answer
   * that was served on such a tier is that of the standard tier, and counts as estimated.
   */
  readonly serviceTiers?: Readonly<Record<string, number | ServiceTierRates>>;
  /**
   * Factors on all rates per token by the region that `response.region` names, on top of the service tier: `{ us: 1.1 }`.
   * Default: unknown; the cost of an answer that was served in a region with a price of its own counts as estimated.
   */
  readonly regions?: Readonly<Record<string, number>>;
}
