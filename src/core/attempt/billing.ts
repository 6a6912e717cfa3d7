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
  readonly response: ServedAs;
}

/** What came of an answer that has no end. */
export interface AttemptMeasures {
  readonly usage?: Usage | undefined;
  /** All that the model wrote, its reasoning included. */
  readonly text?: string;
  readonly response?: ResponseInfo;
}

/** What an attempt is charged for. */
export interface Billing {
  /** What an answer costs. `estimate` stands in for tokens that the vendor did not count. */
  price(answer: Billed, estimate: () => Usage): Cost | undefined;
  /** What the vendor may charge for an answer that was cut off: the input, and the output that came. */
  guess(seen: AttemptMeasures): { readonly usage: Usage; readonly cost?: Cost };
}

export function billing({ env, job }: RequestState, { target, provider }: Channel): Billing {
  const priced = (usage: Usage, circumstances: Circumstances): Cost | undefined => {
    const known = env.prices.priceOf(target);
    return known === undefined ? undefined : costOf(usage, known.price, known.source, circumstances);
  };
  /** As the vendor says that it was served; where it does not say, as it was asked to, which it need not have done. */
  const circumstancesOf = ({ serviceTier, region }: ServedAs): Circumstances => {
    if (provider.servedAs === undefined || (serviceTier !== undefined && region !== undefined))
      return { ...(serviceTier && { serviceTier }), ...(region && { region }) };
    const asked = provider.servedAs(job.asked.providerOptions ?? {}) ?? {};
    const assumed =
      (serviceTier === undefined && asked.serviceTier !== undefined) ||
      (region === undefined && asked.region !== undefined);
    return {
      ...asked,
      ...(serviceTier && { serviceTier }),
      ...(region && { region }),
      ...(assumed ? { estimated: true } : {}),
    };
  };

  return {
    price({ usage, cost, response }, estimate) {
      const reported = cost !== undefined && Number.isFinite(cost) && cost >= 0;
      if (reported && target.price === undefined) return reportedCost(cost);
      const circumstances = circumstancesOf(response);
      const counted = usage.inputTokens !== undefined && usage.outputTokens !== undefined;
      return (
        priced(usage, circumstances) ??
        (counted ? undefined : priced({ ...estimate(), ...usage }, { ...circumstances, estimated: true }))
      );
    },
    guess({ usage, text = '', response }) {
      // What was thought and not shown is only in the vendor's count.
      const written = Math.max(estimateTokens(text), usage?.reasoningTokens ?? 0);
      const seen = {
        ...usage,
        inputTokens: usage?.inputTokens ?? job.inputTokens.get(),
        outputTokens: Math.max(usage?.outputTokens ?? 0, written),
      };
      const cost = priced(seen, { ...circumstancesOf(response ?? {}), estimated: true });
      return { usage: seen, ...(cost === undefined ? {} : { cost }) };
    },
  };
}
