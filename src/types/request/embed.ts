import type { OperationResult } from '../result/result.ts';
import type { ProviderOptions } from './message.ts';
import type { Origin } from './request.ts';

/**
 * A request for embeddings.
 *
 * @example
 * const { embeddings } = await router.embed({ values: ['sunny', 'rainy'] }, { route: 'embeddings' });
 */
export interface EmbedRequest {
  /** Texts to embed, at least one. The router splits them into as many calls as the vendor's limits require. */
  readonly values: readonly string[];
  /** Dimensions of the vectors. @default the model's default */
  readonly dimensions?: number;
  /** Vendor-specific options by provider name, passed through unchanged. */
  readonly providerOptions?: ProviderOptions;
  /** For adapters: the original request, which providers with the same format use without conversion. */
  readonly origin?: Origin;
}

/** Embeddings from one model, one per value and in the same order. */
export interface EmbedResult extends OperationResult {
  /** One vector for each value, in the same order. */
  readonly embeddings: readonly (readonly number[])[];
  /** The answers as the SDK returned them, one for each call. */
  readonly raw: readonly unknown[];
}
