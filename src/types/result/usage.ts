/**
 * Tokens as the vendor counted them. `undefined` means that the vendor did not say, never 0.
 * The totals hold everything: cached input is part of `inputTokens`, reasoning is part of `outputTokens`.
 */
export interface Usage {
  /** All input tokens, read from and written to the prompt cache included. */
  readonly inputTokens?: number | undefined;
  /** All output tokens, reasoning included. */
  readonly outputTokens?: number | undefined;
  /** Input tokens that were read from the vendor's prompt cache. */
  readonly cacheReadTokens?: number | undefined;
  /** Input tokens that were written to the vendor's prompt cache, whatever their lifetime. */
  readonly cacheWriteTokens?: number | undefined;
  /** Those of `cacheWriteTokens` that live for longer than usual: an hour (Anthropic) or twelve (OpenAI). */
  readonly cacheWrite1hTokens?: number | undefined;
  /** Output tokens that the model spent on thinking. */
  readonly reasoningTokens?: number | undefined;
  /** Those of `inputTokens` that were audio. */
  readonly audioInputTokens?: number | undefined;
  /** Those of `outputTokens` that were audio. */
  readonly audioOutputTokens?: number | undefined;
  /** Those of `inputTokens` that were images, of models that make some. */
  readonly imageInputTokens?: number | undefined;
  /** Those of `outputTokens` that were images. */
  readonly imageOutputTokens?: number | undefined;
  /** Images that `router.image` got made. */
  readonly images?: number | undefined;
  /** Web searches that the vendor did for the answer, which it charges for one by one. */
  readonly webSearches?: number | undefined;
  /** Searches in files that the vendor keeps, which it charges for one by one. */
  readonly fileSearches?: number | undefined;
  /** Containers in which the vendor ran code for the answer. */
  readonly codeExecutions?: number | undefined;
  /**
   * What else the vendor did for the answer that no rate of a `Price` covers: images that a tool made, searches of other kinds,
   * runs of other models. They make a cost an estimate.
   */
  readonly unpricedUses?: number | undefined;
}

/** What one attempt, or one request, cost. All figures are US$, to the nearest billionth. */
export interface Cost {
  /** The sum of the parts. */
  readonly total: number;
  /** Input tokens that were neither read from nor written to the prompt cache, audio and images included. */
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** The fee per request, where the price has one; the whole of a cost that the vendor reported, which is one sum. */
  readonly request: number;
  /** The fee for the vendor's web searches. */
  readonly webSearch: number;
  /** The fee for its searches in files. */
  readonly fileSearch: number;
  /** The fee for the containers in which it ran code. */
  readonly codeExecution: number;
  /** The fee for images that were made, one by one. */
  readonly image: number;
  /**
   * Where the price came from: the target's own `price`; the vendor, which said what it charged for this answer, as some
   * gateways do; or the catalogue. The first of these that there is. `lookup`: a plugin had the answer, which costs nothing.
   */
  readonly source: 'declared' | 'reported' | 'catalog' | 'lookup';
  /**
   * `true` when the figure is an estimate: the vendor gave no full usage (an attempt that was cut off), or it did or served
   * something that the price has no rate for, and the nearest one stands in.
   */
  readonly estimated: boolean;
}
