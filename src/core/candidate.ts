import type { SkippedTarget } from '../types/decision.ts';
import type { Candidate, Expectation, Health, TargetStats } from '../types/strategy.ts';
import type { Environment } from './environment.ts';
import { Expected, expectedCached, expectedCost, type Forecast } from './forecast.ts';
import { headroomOf, isPlain, statsOf, type Target } from './target.ts';

/**
 * What a strategy sees of a target: worked out when it looks, and once. There is one for each of a route's targets with each
 * request, so they share their getters; all else of the house's objects is made of functions.
 */
export class Seen implements Candidate {
  readonly health: Health;
  readonly #of: Target;
  readonly #forecast: Forecast;
  readonly #env: Environment;
  readonly #now: number;
  #facts: Candidate['target'] | undefined;
  #stats: TargetStats | undefined;
  #expected: Expectation | undefined;
  #headroom: number | undefined;
  #cost: { readonly known: number | undefined } | undefined;
  /** What led to its rank. */
  noted: SkippedTarget['facts'];
  chosen = false;
  /** Then it is not asked again what holds it back. */
  readonly plain: boolean;

  constructor(of: Target, health: Health, forecast: Forecast, env: Environment, now: number) {
    this.#of = of;
    this.health = health;
    this.plain = isPlain(of);
    this.#forecast = forecast;
    this.#env = env;
    this.#now = now;
  }

  static is(candidate: Candidate): candidate is Seen {
    return candidate instanceof Seen;
  }

  /** Not for strategies, which see data only. */
  get of(): Target {
    return this.#of;
  }

  get target(): Candidate['target'] {
    this.#facts ??= { ...this.#of.facts, price: this.#env.prices.priceOf(this.#of)?.price };
    return this.#facts;
  }

  get stats(): TargetStats {
    this.#stats ??= statsOf(this.#of, this.#now);
    return this.#stats;
  }

  get expected(): Expectation {
    this.#expected ??= new Expected(this.#of, this.#forecast, this.#now);
    return this.#expected;
  }

  get estimatedCost(): number | undefined {
    this.#cost ??= { known: expectedCost(this.#of, this.#forecast, this.#env, this.#now) };
    return this.#cost.known;
  }

  get cachedTokens(): number {
    return expectedCached(this.#of, this.#forecast, this.#env, this.#now);
  }

  get headroom(): number {
    this.#headroom ??= headroomOf(this.#of, this.#now);
    return this.#headroom;
  }
}
