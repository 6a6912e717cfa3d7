import type { Candidate } from '../../types/options/strategy.ts';
import type { AttemptPlan, RequestContext } from '../../types/plugin.ts';
import type { RequestState } from '../request.ts';
import { expectedCost, highestCost } from '../routing/estimates.ts';
import type { Channel } from '../targets/target.ts';

/** An attempt as plugins see it before it starts. Expensive values are computed on read. */
export class AttemptView implements AttemptPlan {
  readonly key: number | undefined;
  readonly attempt: number;
  readonly preemptible: boolean;
  readonly #channel: Channel;
  readonly #request: RequestState;
  readonly #now: number;

  constructor(channel: Channel, request: RequestState, now: number) {
    this.#channel = channel;
    this.#request = request;
    this.#now = now;
    this.key = channel.number;
    this.attempt = request.started + 1;
    this.preemptible = request.shadow;
  }

  get context(): RequestContext {
    return this.#request.context;
  }

  get target(): Candidate['target'] {
    const { target } = this.#channel;
    return { ...target.facts, price: this.#request.env.prices.priceOf(target)?.price };
  }

  get inputTokens(): number {
    return this.#request.inputTokens;
  }

  get outputTokens(): number {
    return this.#request.operation.outputTokens(this.#channel.target, this.#request, this.#now);
  }

  get estimatedCost(): number | undefined {
    return expectedCost(this.#channel.target, this.#request, this.#now);
  }

  get maxCost(): number | undefined {
    return highestCost(this.#channel.target, this.#request, this.#now);
  }
}
