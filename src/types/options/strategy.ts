import type { Random } from '../clock.ts';
import type { EmbedRequest } from '../request/embed.ts';
import type { ImageRequest } from '../request/image.ts';
import type { ChatRequest } from '../request/request.ts';
import type { Price } from './price.ts';

/** What this process has measured of a target. All figures forget with time; `undefined` where there are no samples. */
export interface TargetStats {
  /** Attempts under way. */
  readonly inFlight: number;
  /** Milliseconds to the first token of a stream. */
  readonly firstToken: number | undefined;
  /** Milliseconds to a complete answer. */
  readonly total: number | undefined;
  /** Output tokens per second. */
  readonly throughput: number | undefined;
  /** Milliseconds between two tokens of a stream. */
  readonly gap: number | undefined;
  /** Share of attempts that failed, 0 to 1. */
  readonly errorRate: number;
  /** Attempts ever. */
  readonly attempts: number;
  /** Attempts that ever failed. */
  readonly failures: number;
}

/** How a duration is distributed, in milliseconds. */
export interface Latency {
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
}

/** What is to be expected of a target for one request: measured with requests like it, or declared by its `baseline`. */
export interface Expectation {
  /** To the first token of a stream; `undefined` where nothing is known. */
  readonly firstToken: Latency | undefined;
  /** To the complete answer, by the tokens that it is expected to have. */
  readonly total: Latency | undefined;
  /** Output tokens per second. */
  readonly throughput: number | undefined;
  /** Odds that an attempt fails, 0 to 1. */
  readonly failure: number;
  /** How many samples the figures of time rest on. They fade; the fewer, the less the figures say. */
  readonly samples: number;
  /** Milliseconds since an attempt began; `Infinity` where none has. */
  readonly idle: number;
}

/**
 * The state of a target.
 *
 * - `healthy`: in use.
 * - `failing`: its circuit breaker is open; not used.
 * - `recovering`: its breaker is half-open; one probe at a time is sent.
 * - `unresponsive`: silent for longer than its latency distribution explains.
 * - `cooling-down`: the vendor said when to come back.
 * - `misconfigured`: its key, model or address is wrong.
 */
export type Health = 'healthy' | 'failing' | 'recovering' | 'unresponsive' | 'cooling-down' | 'misconfigured';

/** One target as a strategy sees it: data only. */
export interface Candidate {
  readonly target: {
    readonly id: string;
    readonly provider: string;
    readonly model: string;
    readonly price: Price | undefined;
    /** Its share under `weighted()`. Default: 1. */
    readonly weight: number;
    readonly tags: readonly string[];
  };
  readonly stats: TargetStats;
  readonly expected: Expectation;
  /**
   * Expected cost of this request in US$: its own input tokens, of which as many are cheaper as the target's prompt cache is
   * expected to have, and as many output tokens as the route's answers usually have. `undefined` where no price is known.
   */
  readonly estimatedCost: number | undefined;
  /** Input tokens that its prompt cache is expected to have. */
  readonly cachedTokens: number;
  /** Free share of its limits, 0 to 1; 1 where it has none. */
  readonly headroom: number;
  readonly health: Health;
}

/** What a strategy may know of the request. */
export interface RankContext {
  readonly request: ChatRequest | EmbedRequest | ImageRequest;
  readonly session: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** From the call options. */
  readonly tenant: string | undefined;
  /** From the call options. */
  readonly user: string | undefined;
  /** From the call options; empty where it gave none. */
  readonly tags: readonly string[];
  /** `true` for `router.stream`. */
  readonly stream: boolean;
  /** Milliseconds, monotonic. */
  readonly now: number;
  /** The target that was first the last time that this route ranked any. */
  readonly previous: string | undefined;
  /** How many requests this route has ranked before. */
  readonly turn: number;
  /** Keeps what led to a candidate's rank, for the decision trace: `note(candidate, { score: 1.2 })`. */
  note(candidate: Candidate, facts: Readonly<Record<string, number | string | boolean>>): void;
  /** The router's source of randomness. Use it rather than `Math.random`, so that a seed repeats the choice. */
  readonly random: Random;
}

/**
 * Puts candidates in the order in which they are to be tried. Pure and synchronous: data in, data out.
 * What it leaves out is not tried.
 *
 * @example
 * const cheapestFirst: Strategy = {
 *   name: 'cheapest-first',
 *   rank: (candidates) => candidates.toSorted((a, b) => (a.estimatedCost ?? Infinity) - (b.estimatedCost ?? Infinity)),
 * };
 */
export interface Strategy {
  readonly name: string;
  rank(candidates: readonly Candidate[], context: RankContext): readonly Candidate[];
}
