import type { Candidate, Expectation, Health, TargetStats } from '../../types/options/strategy.ts';
import type { SkippedTarget } from '../../types/result/decision.ts';
import { headroomOf, isUnconstrained } from '../admission/capacity.ts';
import type { RequestState } from '../request.ts';
import type { Target } from '../targets/target.ts';
import { statsOf } from '../targets/target-report.ts';
import { ExpectedPerformance, expectedCached, expectedCost } from './estimates.ts';

interface Known {
  facts: Candidate['target'] | undefined;
  stats: TargetStats | undefined;
  expected: Expectation | undefined;
  headroom: number | undefined;
  cost: { readonly value: number | undefined } | undefined;
}

/**
 * What a strategy sees of a target: worked out when it looks, and once. There is one for each of a route's targets with each
 * request, so they share their getters; all else of the house's objects is made of functions.
 */
export class CandidateView implements Candidate {
  readonly health: Health;
  /** Not for strategies, which see data only. */
  readonly of: Target;
  readonly #request: RequestState;
  readonly #now: number;
  /** What has been worked out; most strategies look at a part of it, and `priority()` at nothing. */
  #known: Known | undefined;
  /** What led to its rank. */
  noted: SkippedTarget['facts'];
  chosen = false;
  /** Then it is not asked again what holds it back. */
  readonly plain: boolean;

  constructor(of: Target, health: Health, request: RequestState, now: number) {
    this.of = of;
    this.health = health;
    this.plain = isUnconstrained(of);
    this.#request = request;
    this.#now = now;
  }

  static is(candidate: Candidate): candidate is CandidateView {
    return candidate instanceof CandidateView;
  }

  get target(): Candidate['target'] {
    const known = this.#memory();
    known.facts ??= { ...this.of.facts, price: this.#request.env.prices.priceOf(this.of)?.price };
    return known.facts;
  }

  get stats(): TargetStats {
    const known = this.#memory();
    known.stats ??= statsOf(this.of, this.#now);
    return known.stats;
  }

  get expected(): Expectation {
    const known = this.#memory();
    known.expected ??= new ExpectedPerformance(this.of, this.#request, this.#now);
    return known.expected;
  }

  get estimatedCost(): number | undefined {
    const known = this.#memory();
    known.cost ??= { value: expectedCost(this.of, this.#request, this.#now) };
    return known.cost.value;
  }

  get cachedTokens(): number {
    return expectedCached(this.of, this.#request, this.#now);
  }

  get headroom(): number {
    const known = this.#memory();
    known.headroom ??= headroomOf(this.of, this.#now);
    return known.headroom;
  }

  #memory(): Known {
    this.#known ??= {
      facts: undefined,
      stats: undefined,
      expected: undefined,
      headroom: undefined,
      cost: undefined,
    };
    return this.#known;
  }
}
