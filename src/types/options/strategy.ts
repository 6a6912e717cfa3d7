import type { Random } from '../clock.ts';
import type { EmbedRequest } from '../request/embed.ts';
import type { ImageRequest } from '../request/image.ts';
import type { ChatRequest } from '../request/request.ts';
import type { Price } from './price.ts';

/**
 * Statistics that this process has measured for a target. Averages and rates decay over time. `undefined`: no
 * samples.
 */
export interface TargetStats {
  /** Attempts in flight. */
  readonly inFlight: number;
  /** Milliseconds to the first token of a stream. */
  readonly firstToken: number | undefined;
  /** Milliseconds to a complete response. */
  readonly total: number | undefined;
  /** Output tokens per second. */
  readonly throughput: number | undefined;
  /** Milliseconds between two tokens of a stream. */
  readonly gap: number | undefined;
  /** Ratio of failed attempts, 0 to 1. */
  readonly errorRate: number;
  /** Total attempts. */
  readonly attempts: number;
  /** Total failed attempts. */
  readonly failures: number;
}

/** Latency distribution in milliseconds. */
export interface Latency {
  /** The mean, in milliseconds. */
  readonly mean: number;
  /** The median, in milliseconds. */
  readonly p50: number;
  /** The 90th percentile, in milliseconds. */
  readonly p90: number;
  /** The 95th percentile, in milliseconds. */
  readonly p95: number;
  /** The 99th percentile, in milliseconds. */
  readonly p99: number;
}

/** Expected performance of a target for one request, measured on similar requests or taken from its `baseline`. */
export interface Expectation {
  /** Latency to the first token of a stream; `undefined` if unknown. */
  readonly firstToken: Latency | undefined;
  /** Latency to the complete response, based on its expected number of tokens; `undefined` if unknown. */
  readonly total: Latency | undefined;
  /** Output tokens per second. */
  readonly throughput: number | undefined;
  /** Probability that an attempt fails, 0 to 1. */
  readonly failure: number;
  /** Effective number of latency samples, which decays over time. Fewer samples mean less reliable values. */
  readonly samples: number;
  /** Milliseconds since the last attempt started; `Infinity` if there was none. */
  readonly idle: number;
}

/**
 * Health of a target.
 *
 * - `healthy`: in use.
 * - `failing`: the circuit breaker is open; the target is not used.
 * - `recovering`: the breaker is half-open; the router sends one probe at a time.
 * - `unresponsive`: silent for longer than its latency distribution explains.
 * - `cooling-down`: in a cooldown after a rate limit or exhausted quota.
 * - `misconfigured`: the key, model or address is wrong.
 */
export type Health = 'healthy' | 'failing' | 'recovering' | 'unresponsive' | 'cooling-down' | 'misconfigured';

/** A target as the strategy sees it: plain data. */
export interface Candidate {
  /** What its options say about it. */
  readonly target: {
    /** Its id, such as `openai/gpt-5-mini`. */
    readonly id: string;
    /** Name of its provider, such as `openai`. */
    readonly provider: string;
    /** The vendor's name of its model. */
    readonly model: string;
    /** Its price, declared or from the catalog; `undefined` if unknown. */
    readonly price: Price | undefined;
    /** Relative weight for `weighted()`. @default 1 */
    readonly weight: number;
    /** The tags of its options; empty if there are none. */
    readonly tags: readonly string[];
  };
  /** Its measurements. */
  readonly stats: TargetStats;
  /** What a request to it takes, by its measurements. */
  readonly expected: Expectation;
  /**
   * Expected cost of this request in US$, from its input tokens (with the cache rate for `cachedTokens`) and the
   * typical number of output tokens of the route. `undefined` if the price is unknown.
   */
  readonly estimatedCost: number | undefined;
  /**
   * Highest cost of this request in US$: its whole prompt at the highest rate, and `maxOutputTokens`; without it, several times the
   * usual answer. `undefined` if the price is unknown.
   */
  readonly maxCost: number | undefined;
  /** Input tokens expected to be in the target's prompt cache. */
  readonly cachedTokens: number;
  /** Free ratio of the target's limits, 0 to 1; 1 without limits. */
  readonly headroom: number;
  /** Its health now. */
  readonly health: Health;
}

/** The candidates of a request in the order of the route, for `Strategy.first`. Iterating checks them one by one. */
export interface Candidates extends Iterable<Candidate> {
  /**
   * The candidate of the lowest figure, or `undefined` if there are no candidates. Those of unknown figure come last. Among equals, the less
   * busy of two drawn at random. Only the best are checked, so `figure` also gets targets that cannot take the request.
   */
  lowest(figure: (candidate: Candidate) => number | undefined): Candidate | undefined;
  /** The candidates that meet a condition. */
  where(condition: (candidate: Candidate) => boolean): Candidates;
}

/** What a strategy receives in addition to the candidates. */
export interface RankContext {
  /** The request as its caller wrote it. */
  readonly request: ChatRequest | EmbedRequest | ImageRequest;
  /** The call's `session`. */
  readonly session: string | undefined;
  /** The call's `metadata`. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Tenant from the call options. */
  readonly tenant: string | undefined;
  /** User from the call options. */
  readonly user: string | undefined;
  /** Tags from the call options; empty if the call sets none. */
  readonly tags: readonly string[];
  /** `true` for `router.stream`. */
  readonly stream: boolean;
  /** Milliseconds until the call's `deadline`; `Infinity` without one. */
  readonly timeLeft: number;
  /** Monotonic time in milliseconds. */
  readonly now: number;
  /** The target that ranked first in the previous ranking of this route. */
  readonly previous: string | undefined;
  /** Number of previous rankings of this route. */
  readonly turn: number;
  /** Records the reasons for a candidate's rank in the decision trace: `note(candidate, { score: 1.2 })`. */
  note(candidate: Candidate, facts: Readonly<Record<string, number | string | boolean>>): void;
  /** The router's source of randomness. Use it instead of `Math.random` for reproducible results. */
  readonly random: Random;
}

/**
 * Orders the candidates of a request. `rank` must be pure and synchronous. Candidates that it omits are not tried.
 *
 * @example
 * const cheapestFirst: Strategy = {
 *   name: 'cheapest-first',
 *   rank: (candidates) => candidates.toSorted((a, b) => (a.estimatedCost ?? Infinity) - (b.estimatedCost ?? Infinity)),
 * };
 */
export interface Strategy<TargetId extends string = string> {
  /** Names it in decisions. */
  readonly name: string;
  /** The ids that it names and that are not among the router's. `createRouter` refuses a strategy with any. */
  unknownTargets?(known: readonly TargetId[]): readonly string[];
  /**
   * Milliseconds in which it wants an answer. A target on a best-effort tier (`flex`, `batch`) gets four fifths of them before another
   * target is asked as well.
   * @default none
   */
  readonly deadline?: number;
  /** Orders the candidates, the best first. */
  rank(candidates: readonly Candidate[], context: RankContext): readonly Candidate[];
  /**
   * The candidate that `rank` would order first, where that is cheaper to find than the order. Routes of more than 16 targets ask for it,
   * and for the order only when another target is needed or the decision is read. `undefined`: `rank` has to decide.
   *
   * @default `rank` decides
   * @example
   * first: (candidates) => candidates.lowest(({ estimatedCost }) => estimatedCost)
   */
  first?(candidates: Candidates, context: RankContext): Candidate | undefined;
}
