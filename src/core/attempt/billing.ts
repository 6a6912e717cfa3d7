import { type Circumstances, costOf, reportedCost } from '../../pricing/cost.ts';
import { estimateTokens } from '../../pricing/estimate.ts';
import type { ResponseInfo, ServedAs } from '../../types/result/result.ts';
import type { Cost, Usage } from '../../types/result/usage.ts';
import type { RequestState } from '../request.ts';
import type { Channel } from '../targets/target.ts';

/** What the vendor says of the cost of an answer: its tokens, a few also the US$, and how it was served. */
export interface Billed {
  readonly usage: Usage;
  readonly cost?: number;
  readonly response: ResponseInfo;
}

/** What came of an attempt that has no end. */
export interface AttemptMeasures {
  readonly usage?: Usage | undefined;
  /** All that the model wrote, its reasoning included. */
  readonly text?: string;
  readonly response?: ResponseInfo;
}

/** What an answer costs. `estimate` stands in for tokens that the vendor did not count. */
export function priceOf(
  channel: Channel,
  request: RequestState,
  { usage, cost, response }: Billed,
  estimate: () => Usage,
): Cost | undefined {
  const reported = cost !== undefined && Number.isFinite(cost) && cost >= 0;
  if (reported && channel.target.price === undefined) return reportedCost(cost);
  const known = request.env.prices.priceOf(channel.target);
  if (known === undefined) return undefined;
  const circumstances = circumstancesOf(channel, request, response);
  const exact = costOf(usage, known.price, known.source, circumstances);
  if (exact !== undefined) return exact;
  if (usage.inputTokens !== undefined && usage.outputTokens !== undefined) return undefined;
  const estimated = { ...circumstances, estimated: true };
  return costOf({ ...estimate(), ...usage }, known.price, known.source, estimated);
}

/** What the vendor may charge for an answer that was cut off: the input, and the output that came. */
export function guessOf(
  channel: Channel,
  request: RequestState,
  { usage, text = '', response }: AttemptMeasures,
): { readonly usage: Usage; readonly cost?: Cost } {
  // What was thought and not shown is only in the vendor's count.
  const written = Math.max(estimateTokens(text), usage?.reasoningTokens ?? 0);
  const seen = {
    ...usage,
    inputTokens: usage?.inputTokens ?? request.inputTokens,
    outputTokens: Math.max(usage?.outputTokens ?? 0, written),
  };
  const known = request.env.prices.priceOf(channel.target);
  if (known === undefined) return { usage: seen };
  const circumstances = { ...circumstancesOf(channel, request, response ?? {}), estimated: true };
  const cost = costOf(seen, known.price, known.source, circumstances);
  return { usage: seen, ...(cost === undefined ? {} : { cost }) };
}

/** As the vendor says that it served an answer; where it does not say, as it was asked to, which it need not have done. */
function circumstancesOf(
  { provider }: Channel,
  { request }: RequestState,
  { serviceTier, region }: ServedAs,
): Circumstances {
  if (provider.servedAs === undefined || (serviceTier !== undefined && region !== undefined))
    return { ...(serviceTier && { serviceTier }), ...(region && { region }) };
  const asked = provider.servedAs(request.providerOptions ?? {}) ?? {};
  const assumed =
    (serviceTier === undefined && asked.serviceTier !== undefined) ||
    (region === undefined && asked.region !== undefined);
  return {
    ...asked,
    ...(serviceTier && { serviceTier }),
    ...(region && { region }),
    ...(assumed ? { estimated: true } : {}),
  };
}
