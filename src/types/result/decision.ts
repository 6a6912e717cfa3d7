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

/** A skipped target and the reason. */
export interface SkippedTarget {
  /** The target's id. */
  readonly target: string;
  /** Why it was left out. */
  readonly reason: SkipReason;
  /** When the reason is expected to pass, in milliseconds since 1970, if known. */
  readonly retryAt?: number;
  /** The expected cost in US$, if that is the reason. */
  readonly estimatedCost?: number;
  /** The strategy's reasons, if it omitted the target. */
  readonly facts?: Readonly<Record<string, number | string | boolean>>;
  /** The missing capability, if that is the reason: `images`, `files of type audio/wav`, `a context of 12000 tokens` … */
  readonly lacks?: string;
  /** The plugin that excluded it. */
  readonly plugin?: string;
  /** The reason in words. */
  readonly detail?: string;
}

/** A ranked target. */
export interface RankedTarget {
  /** The target's id. */
  readonly target: string;
  /** Expected cost of this request in US$, if a price is known. */
  readonly estimatedCost?: number;
  /** Requests of this process that the target is serving now. */
  readonly inFlight: number;
  /** Measured milliseconds to the first token, with decay over time; `undefined` before the first sample. */
  readonly firstToken?: number;
  /** The strategy's reasons for the rank: `score`, `explored`, `misses` … */
  readonly facts?: Readonly<Record<string, number | string | boolean>>;
}

/**
 * How the router's `select` chose the route. `failed` explains why the route is `otherwise`: `timeout`: `select` took too long;
 * `error`: it threw or rejected; `unknown-route`: it named an unknown route; `not-allowed`: its route has no target that the
 * call's `only` permits.
 */
export interface Selected {
  /** The option that chose it. */
  readonly by: 'select';
  /** The selected route. */
  readonly route: string;
  /** Why it is `otherwise`, if `select` failed. */
  readonly failed?: 'timeout' | 'error' | 'unknown-route' | 'not-allowed';
}

/**
 * How a request's targets were chosen: the trace in `request-end`, and the result of `explain()`. On routes of more than 16 targets whose
 * strategy finds the first one without ordering the others (`priority()`, `lowestCost()`, `lowestLatency()`, `balanced()`,
 * `highestThroughput()`), it is made when it is first read, with figures of that moment.
 */
export interface Decision {
  /** The name of the route. */
  readonly route: string;
  /** Omitted if the call names its route or the router has no `select`. */
  readonly selected?: Selected;
  /** The name of the strategy that ordered the candidates. */
  readonly strategy: string;
  /** In the order they are tried. */
  readonly candidates: readonly RankedTarget[];
  /** The targets that could not be used. */
  readonly skipped: readonly SkippedTarget[];
  /** Set if no target could answer and the caller got the route's `lastResort`. */
  readonly lastResort?: true;
  /** Set if a plugin answered, so that no target was chosen, or if it answered a part. */
  readonly lookup?: LookupSummary;
  /** Facts that plugins recorded about the request, in order. Grows until the request ends. */
  readonly notes?: readonly Note[];
}

/** A fact that a plugin recorded about a request, such as the verdict of a guard. Never contains text of the request. */
export interface Note {
  /** Name of the plugin. */
  readonly plugin: string;
  /** What it recorded. */
  readonly facts: Readonly<Record<string, number | string | boolean>>;
}

/** A plugin's answer to a request. */
export interface LookupSummary {
  /** The name of the plugin. */
  readonly plugin: string;
  /**
   * `hit`: stored earlier. `stale`: stored, and being refreshed. `coalesced`: shared with an identical request in flight.
   * `partial`: a part was stored earlier; a target answered the rest, at its cost.
   */
  readonly source: 'hit' | 'stale' | 'coalesced' | 'partial';
  /** Original cost of the answer in US$, if known. */
  readonly savedCost?: number;
}
