import type { Random } from './clock.ts';
import type { EmbedRequest } from './embed.ts';
import type { Price } from './price.ts';
import type { ChatRequest } from './request.ts';

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
  /** Share of attempts that failed, 0 to 1. */
  readonly errorRate: number;
  /** Attempts ever. */
  readonly attempts: number;
  /** Attempts that ever failed. */
  readonly failures: number;
}

/**
 * closed: healthy. open: failing, not used. half-open: being tried again. suspect: nothing at all has come from it for longer
 * than chance explains. exhausted: told to wait. quarantined: misconfigured.
 */
export type Health = 'closed' | 'open' | 'half-open' | 'suspect' | 'exhausted' | 'quarantined';

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
  /** Expected cost of this request in US$; `undefined` where no price is known. */
  readonly estimatedCost: number | undefined;
  /** Free share of its limits, 0 to 1; 1 where it has none. */
  readonly headroom: number;
  readonly health: Health;
}

/** What a strategy may know of the request. */
export interface RankContext {
  readonly request: ChatRequest | EmbedRequest;
  readonly session: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** `true` for `router.stream`. */
  readonly stream: boolean;
  /** Milliseconds, monotonic. */
  readonly now: number;
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
