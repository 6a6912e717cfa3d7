/**
 * Why a target was left out.
 *
 * - `failing`, `unresponsive`, `cooling-down`, `misconfigured`: its health.
 * - `over-limit`: `rpm`, `tpm` or the vendor's own limits do not admit the request now.
 * - `over-budget`: a budget does not admit the request.
 * - `over-cost`: its expected cost is above `maxCost`, or unknown.
 * - `excluded`: by `only`, or by a plugin.
 * - `incapable`: it lacks what the request needs.
 * - `pinned`: the request needs state that another target holds.
 * - `not-ranked`: the strategy left it out.
 */
export type SkipReason =
  | 'failing'
  | 'unresponsive'
  | 'cooling-down'
  | 'over-limit'
  | 'over-budget'
  | 'misconfigured'
  | 'excluded'
  | 'over-cost'
  | 'incapable'
  | 'pinned'
  | 'not-ranked';

/** A target that was left out, and why. */
export interface SkippedTarget {
  readonly target: string;
  readonly reason: SkipReason;
  /** When the reason is expected to pass: milliseconds since 1970, where that is known. */
  readonly retryAt?: number;
  /** The expected cost in US$, where that is the reason. */
  readonly estimatedCost?: number;
  /** What the strategy went by, where it left the target out. */
  readonly facts?: Readonly<Record<string, number | string | boolean>>;
  /** What it lacks, where that is the reason: `images`, `files of type audio/wav`, `a context of 12000 tokens` … */
  readonly lacks?: string;
  /** The plugin that left it out, and why in words. */
  readonly plugin?: string;
  readonly detail?: string;
}

/** A target in the order in which it would be tried. */
export interface RankedTarget {
  readonly target: string;
  /** Expected cost of this request in US$, where a price is known. */
  readonly estimatedCost?: number;
  /** Requests that this process has under way at it. */
  readonly inFlight: number;
  /** Milliseconds to the first token as measured, time-decaying; `undefined` before the first sample. */
  readonly firstToken?: number;
  /** What the strategy went by: `score`, `explored`, `misses` … */
  readonly facts?: Readonly<Record<string, number | string | boolean>>;
}

/**
 * How the route was chosen, where the router's `select` was asked. `failed`: why `otherwise` was used. `timeout`: it took too
 * long. `error`: it threw or rejected. `unknown-route`: it named none that there is. `not-allowed`: its route has not the
 * targets that the call's `only` names.
 */
export interface Selected {
  readonly by: 'select';
  /** The route that was used. */
  readonly route: string;
  readonly failed?: 'timeout' | 'error' | 'unknown-route' | 'not-allowed';
}

/** How a request's targets were chosen. The same object is the trace in `request-end` and the answer of `explain()`. */
export interface Decision {
  readonly route: string;
  /** Left out where the call named its route, and where the router has no `select`. */
  readonly selected?: Selected;
  readonly strategy: string;
  /** In the order in which they are tried. */
  readonly candidates: readonly RankedTarget[];
  readonly skipped: readonly SkippedTarget[];
  /** Where no target was chosen, because a plugin had the answer. */
  readonly lookup?: LookupSummary;
  /** Facts that plugins recorded about the request, in order. Grows until the request ends. */
  readonly notes?: readonly Note[];
}

/** A fact that a plugin recorded about a request, such as the verdict of a guard. Never contains text of the request. */
export interface Note {
  /** Name of the plugin. */
  readonly plugin: string;
  readonly facts: Readonly<Record<string, number | string | boolean>>;
}

/** An answer that was found rather than made. */
export interface LookupSummary {
  /** The name of the plugin. */
  readonly plugin: string;
  /** `hit`: stored earlier. `stale`: stored, and about to be refreshed. `coalesced`: of the same request, which was under way. */
  readonly source: 'hit' | 'stale' | 'coalesced';
  /** US$ that the answer cost when it was made, where that is known. */
  readonly savedCost?: number;
}
