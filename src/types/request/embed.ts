import type { OperationResult } from '../result/result.ts';
import type { ProviderOptions } from './message.ts';
import type { Origin } from './request.ts';

/**
 * Texts to be turned into vectors.
 *
 * @example
 * const { embeddings } = await router.embed({ values: ['sunny', 'rainy'] }, { route: 'embeddings' });
 */
export interface EmbedRequest {
  /** At least one; as many as you like. They are sent in as many calls as the vendor's limits ask for. */
  readonly values: readonly string[];
  /** Length of the vectors. Default: the model's own. */
  readonly dimensions?: number;
  /** Each vendor's own options, keyed by provider name and passed through untouched. */
  readonly providerOptions?: ProviderOptions;
  /** For adapters: the request as it came in, for providers that speak the same words and then need no translation. */
  readonly origin?: Origin;
}

/** Vectors of one model: one per value, in the order of the values. */
export interface EmbedResult extends OperationResult {
  readonly embeddings: readonly (readonly number[])[];
  readonly raw: readonly unknown[];
}
