import { type Circumstances, costOf, reportedCost } from '../../../pricing/cost.ts';
import { countingPart } from '../../../pricing/counting-part.ts';
import { roughTokens } from '../../../stats/size-class.ts';
import type { ContentPart } from '../../../types/request/message.ts';
import type { ServedAs } from '../../../types/result/result.ts';
import type { Cost, Usage } from '../../../types/result/usage.ts';
import type { RequestState } from '../../request.ts';
import type { Channel } from '../../targets/target.ts';
import type { AttemptMeasures, Billed } from './measures.ts';

/** The cost of an answer. `estimate` fills in tokens the vendor did not count. Default: by the request and the answer's content */
export function priceOf(
  channel: Channel,
  request: RequestState,
  { usage, cost, response, content = [] }: Billed,
  estimate = (): Usage => ({
    inputTokens: request.inputTokens,
    outputTokens: tokensIn(writtenIn(content), request),
  }),
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

/** What the vendor may charge for an interrupted answer: the input and the output received. */
export function guessOf(
  channel: Channel,
  request: RequestState,
  { usage, text = '', response }: AttemptMeasures,
): { readonly usage: Usage; readonly cost?: Cost } {
  // Hidden reasoning appears only in the vendor's count.
  const written = Math.max(tokensIn(text, request), usage?.reasoningTokens ?? 0);
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

/**
 * How the vendor served the answer; where unreported, what the request asked for, which is not guaranteed.
 */
function circumstancesOf(
  { provider }: Channel,
  { request }: RequestState,
  { serviceTier, region }: ServedAs,
): Circumstances {
  if (provider.servedAs === undefined || (serviceTier !== undefined && region !== undefined))
    return { ...(serviceTier && { serviceTier }), ...(region && { region }) };
  const asked = provider.servedAs(request.providerOptions ?? {}) ?? {};
  // A region that is asked for is guaranteed; a tier is not.
  const assumed = serviceTier === undefined && asked.serviceTier !== undefined;
  return {
    ...asked,
    ...(serviceTier && { serviceTier }),
    ...(region && { region }),
    ...(assumed ? { estimated: true } : {}),
  };
}

/** The estimated tokens of a text that a model wrote. */
function tokensIn(text: string, { env }: RequestState): number {
  return env.parts.get(countingPart)?.estimateTokens(text) ?? roughTokens(text.length);
}

/** Everything the model wrote: text, reasoning, and tool-call arguments. */
function writtenIn(content: readonly ContentPart[]): string {
  return content
    .map((part) => {
      if (part.type === 'text' || part.type === 'reasoning') return part.text;
      return part.type === 'tool-call' ? (JSON.stringify(part.input) ?? '') : '';
    })
    .join('');
}
