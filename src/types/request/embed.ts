import type { AttemptSummary, ResponseInfo, Warning } from '../result/result.ts';
import type { Cost, Usage } from '../result/usage.ts';
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
export interface EmbedResult {
  readonly embeddings: readonly (readonly number[])[];
  /** Of all calls together. */
  readonly usage: Usage;
  /** Of all calls together; `undefined` where no price is known. */
  readonly cost: Cost | undefined;
  /** The id of the target that answered. */
  readonly target: string;
  /** Every attempt in the order they ended: one per call that was sent. */
  readonly attempts: readonly AttemptSummary[];
  /** What the vendor said with each call, in the order of the values. */
  readonly responses: readonly ResponseInfo[];
  readonly warnings: readonly Warning[];
  /** What the vendor said beyond all this with the last call, keyed by provider name. */
  readonly providerMetadata: ProviderOptions;
  /** The vendor's answer to each call, as the SDK gave it. */
  readonly raw: readonly unknown[];
}
