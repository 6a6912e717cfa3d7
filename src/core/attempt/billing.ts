import { costOf, reportedCost } from '../../pricing/cost.ts';
import { estimateTokens } from '../../pricing/estimate.ts';
import type { Cost, Usage } from '../../types/result/usage.ts';
import type { RequestState } from '../request.ts';
import type { Target } from '../targets/target.ts';

/** What the vendor says of the cost of an answer: its tokens, and a few also the US$. */
export interface Billed {
  readonly usage: Usage;
  readonly cost?: number;
}

/** What came of an attempt that has no end. */
export interface AttemptMeasures {
  readonly usage?: Usage | undefined;
  readonly text?: string;
}

/** What an answer costs. `estimate` stands in for tokens that the vendor did not count. */
export function priceOf(
  target: Target,
  { env }: RequestState,
  { usage, cost }: Billed,
  estimate: () => Usage,
): Cost | undefined {
  const reported = cost !== undefined && Number.isFinite(cost) && cost >= 0;
  if (reported && target.price === undefined) return reportedCost(cost);
  const known = env.prices.priceOf(target);
  if (known === undefined) return undefined;
  const exact = costOf(usage, known.price, known.source, false);
  if (exact !== undefined) return exact;
  if (usage.inputTokens !== undefined && usage.outputTokens !== undefined) return undefined;
  return costOf({ ...estimate(), ...usage }, known.price, known.source, true);
}

/** What the vendor may charge for an answer that was cut off: the input, and the output that came. */
export function guessOf(
  target: Target,
  request: RequestState,
  { usage, text = '' }: AttemptMeasures,
): { readonly usage: Usage; readonly cost?: Cost } {
  const seen = {
    ...usage,
    inputTokens: usage?.inputTokens ?? request.inputTokens,
    outputTokens: Math.max(usage?.outputTokens ?? 0, estimateTokens(text)),
  };
  const known = request.env.prices.priceOf(target);
  const cost = known === undefined ? undefined : costOf(seen, known.price, known.source, true);
  return { usage: seen, ...(cost === undefined ? {} : { cost }) };
}
