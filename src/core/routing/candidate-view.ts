import type { Candidate, Expectation, Health, TargetStats } from '../../types/options/strategy.ts';
import type { SkippedTarget } from '../../types/result/decision.ts';
import type { RequestState } from '../request.ts';
import type { Target } from '../targets/target.ts';
import { isUnconstrained, targetHealth } from '../targets/target-health.ts';
import { ExpectedPerformance, expectedCached, expectedCost, headroomOf, highestCost } from './estimates.ts';

interface Known {
  facts: Candidate['target'] | undefined;
  stats: TargetStats | undefined;
  expected: Expectation | undefined;
  headroom: number | undefined;
}

/**
 * A strategy's view of a target, computed lazily and once. Each request creates one per target, so it is a class whose getters are
 * shared.
 */
export class CandidateView implements Candidate {
  /** Private to the core; strategies see only data. */
  of: Target;
  /** Its health, where it has been looked up. */
  state: Health | undefined;
  readonly #request: RequestState;
  readonly #now: number;
  /** Computed values; most strategies read only some, `priority()` none. */
  #known: Known | undefined;
  /** Apart from the others, because `lowestCost()` reads it of each target. */
  #cost: number | undefined;
  #hasCost = false;
  /** The facts behind its rank. */
  noted: SkippedTarget['facts'];
  chosen = false;
  /** Avoids computing the exclusion again. */
  readonly plain: boolean;

  /** @param state its health; only a view with it can be checked */
  constructor(of: Target, request: RequestState, now: number, state?: Health) {
    this.of = of;
    this.state = state;
    this.plain = state !== undefined && isUnconstrained(of);
    this.#request = request;
    this.#now = now;
  }

  static is(candidate: Candidate): candidate is CandidateView {
    return candidate instanceof CandidateView;
  }

  /** The same object as a view of another target, to be read only. */
  turnedTo(of: Target): this {
    this.of = of;
    this.#known = undefined;
    this.#hasCost = false;
    return this;
  }

  get health(): Health {
    return this.state ?? targetHealth(this.of, this.#now).state;
  }

  get target(): Candidate['target'] {
    const known = this.#memory();
    known.facts ??= { ...this.of.facts, price: this.#request.env.prices.priceOf(this.of)?.price };
    return known.facts;
  }

  get stats(): TargetStats {
    const known = this.#memory();
    known.stats ??= new CurrentStats(this.of, this.#now);
    return known.stats;
  }

  get expected(): Expectation {
    const known = this.#memory();
    known.expected ??= new ExpectedPerformance(this.of, this.#request, this.#now);
    return known.expected;
  }

  get estimatedCost(): number | undefined {
    if (!this.#hasCost) this.#cost = expectedCost(this.of, this.#request, this.#now);
    this.#hasCost = true;
    return this.#cost;
  }

  get maxCost(): number | undefined {
    const { operation, needs } = this.#request;
    const cost = highestCost(this.of, this.#request, this.#now);
    return cost && cost * operation.calls(this.of, needs);
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
    };
    return this.#known;
  }
}

/** Statistics that are looked up when they are read: most strategies read one of them. */
class CurrentStats implements TargetStats {
  readonly #target: Target;
  readonly #now: number;

  constructor(target: Target, now: number) {
    this.#target = target;
    this.#now = now;
  }

  get inFlight(): number {
    return this.#target.limits.places.taken;
  }

  get firstToken(): number | undefined {
    return this.#target.stats.firstToken(this.#now);
  }

  get total(): number | undefined {
    return this.#target.stats.usualDuration(this.#now);
  }

  get throughput(): number | undefined {
    return this.#target.stats.throughput(this.#now);
  }

  get gap(): number | undefined {
    return this.#target.stall?.gaps.quantile(0.5);
  }

  get errorRate(): number {
    return this.#target.stats.read(this.#now).errorRate;
  }

  get attempts(): number {
    return this.#target.stats.read(this.#now).attempts;
  }

  get failures(): number {
    return this.#target.stats.read(this.#now).failures;
  }
}
