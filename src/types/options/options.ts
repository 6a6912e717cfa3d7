import type { FallbackKind } from '../error.ts';
import type { Provider } from '../provider.ts';
import type { ChatResult } from '../result/result.ts';
import type { Capabilities } from './capabilities.ts';
import type { KeyLimits } from './limit.ts';
import type { Price } from './price.ts';
import type { Strategy } from './strategy.ts';

/**
 * Limits of time, all in milliseconds. `Infinity` switches one off. Time in which the process stood still (blocked, suspended)
 * counts for none of them, where the runtime lets that be seen: on Node, Bun and Deno.
 */
export interface Timeouts {
  /** The whole request, all attempts and the stream's end included. Default: 600,000. */
  readonly request?: number;
  /** One attempt, to its last byte. Default: 300,000. */
  readonly attempt?: number;
  /** Until the connection stands. Seen on Node; elsewhere `firstToken` and `attempt` cover it. Default: 3,000. */
  readonly connect?: number;
  /**
   * Until the first token of a stream. Pings, comments and empty deltas are not tokens. Default: twice what the slowest in a
   * hundred of the target's streams take, between 2,000 and 60,000; four times and at least 10,000 until a hundred have been
   * seen, and 30,000 until ten have.
   */
  readonly firstToken?: number;
  /**
   * Between two tokens of a stream, while the reader waits for one. Default: five times what one pause in a hundred of the
   * target's streams takes, between 5,000 and 60,000; 20,000 until a hundred have been counted, of which every fourth is.
   * Where all of a target's streams stop at once, three times that pause, and at least 1,000.
   */
  readonly idle?: number;
  /**
   * Until somebody begins to read a stream, or its `result`. Then its target and its connection are let go, and reading it throws
   * `StreamInterruptedError`. Default: 60,000.
   */
  readonly unread?: number;
}

/** Retries on the same target. Going to another target is failover, which these do not limit. */
export interface RetryPolicy {
  /** Most retries on the same target: 0 or 1. Default: 1. */
  readonly sameTarget?: 0 | 1;
  /**
   * What is next after a rate limit, an overload, an error of the server or a broken connection: another target at once, or
   * the same one once more, after a pause of at most `maxDelay`, because the model matters more than the time. Where there is no
   * other, it is always the same. Default: `another-target`.
   */
  readonly prefer?: 'another-target' | 'same-target';
  /** First bound of the exponential backoff with full jitter before a retry, in milliseconds. Default: 250. */
  readonly minDelay?: number;
  /** Last bound of it, in milliseconds. Default: 8,000. */
  readonly maxDelay?: number;
  /**
   * Most retries on the same target, as a share of all requests; a few are always free, and so are retries on a target that is
   * known to be failing. Going to another target is not limited. Default: 0.2.
   */
  readonly ratio?: number;
}

/** When a failing target is left alone. */
export interface BreakerPolicy {
  /** Failures in a row that open it. Default: 5; where there were fewer than 20 outcomes in a minute, 3 are enough. */
  readonly consecutive?: number;
  /** Share of failures over ten seconds that opens it, from 20 outcomes on. Default: 0.5. */
  readonly failureRate?: number;
  /** Milliseconds it stays open the first time; doubles with each time in a row. Default: 5,000. */
  readonly openFor?: number;
  /** Most milliseconds it stays open. Default: 60,000. */
  readonly maxOpenFor?: number;
  /** Good probes, one at a time, that close it again. Default: 3. Then its traffic comes back over five seconds. */
  readonly probes?: number;
}

/**
 * What happens when a stream breaks after its first token.
 *
 * - `error`: throws `StreamInterruptedError`, with the content so far.
 * - `restart`: yields a `restart` part, then another target's whole answer.
 * - `continue`: another target continues the answer where that is safe (only plain text has come) and possible (the target's
 *   `prefill` capability); else as `error`.
 * - `continue-or-restart`: as `continue`; where that is not possible, as `restart`.
 */
export type Interrupted = 'error' | 'restart' | 'continue' | 'continue-or-restart';

/** When a slow request is sent to a second target as well; the first answer wins, and the other one is stopped. */
export interface HedgePolicy {
  /**
   * How long the first target may take to its first token (to its whole answer, where nothing is streamed): milliseconds, or
   * a percentile of its own times, which needs a hundred samples. Default: `p99`.
   */
  readonly delay?: number | 'p90' | 'p95' | 'p99';
  /** Most second attempts, as a share of all requests. Default: 0.02. */
  readonly ratio?: number;
  /** Most US$ that a second attempt is expected to cost. Targets above it, or of unknown price, are not used for one. Default: no limit. */
  readonly maxCost?: number;
}

/**
 * Says whether a complete answer will do: `true`, or why not. An answer that will not do is paid for, and the next target is
 * asked; a stream starts anew where `interrupted` is `restart`. What it throws goes to the caller.
 *
 * @example
 * accept: ({ text }) => text.length > 20 || 'too short'
 */
export type Accept = (result: ChatResult) => boolean | string | PromiseLike<boolean | string>;

/**
 * A share of the chats and streams is sent to one more target as a copy, only to be measured: nobody gets its answer. It never
 * delays or fails the request: it begins after it, is not retried, and gives its place up to any request that needs it. It ends
 * with `router.close()`, not with the caller's abort. What it comes to counts for the target's statistics and health, as any
 * attempt does. What it costs is in events of its own, which carry `mirror: true`; the call's `maxCost` is not for it.
 *
 * No copy is made of embeddings or images, of requests with tools that the vendor runs or that hang on what a vendor keeps, of those whose
 * `only` leaves the target out, and where the target comes first anyway; the route's strategy has no say in it. A copy is dropped
 * where the target is not well, is unfit for the request, or has no free place or less than half of its rate limits left.
 *
 * @example
 * mirror: { target: 'candidate', ratio: 0.05 }
 */
export interface MirrorPolicy {
  /** The id of any of the router's targets. */
  readonly target: string;
  /** Share of the requests, 0 to 1. */
  readonly ratio: number;
  /** Most copies under way at the target at a time; more are dropped. Default: 10. */
  readonly maxInFlight?: number;
}

/** What a route inherits from the router's options and may override. */
export interface Policies {
  /** Default: `priority()`, the order of `targets`. */
  readonly strategy?: Strategy;
  readonly timeout?: Timeouts;
  /**
   * Most attempts of one request, over all targets.
   *
   * @default one more than the route has targets (or keys), at least 3
   */
  readonly maxAttempts?: number;
  /** `false`: no retry on the same target. Failover stays on. */
  readonly retry?: RetryPolicy | false;
  /** `false`: failures do not keep a target from being used. */
  readonly breaker?: BreakerPolicy | false;
  /**
   * Default: `false`, because the vendor may charge for both. Requests that hang on what a vendor keeps, or use tools that
   * it runs, are never sent twice.
   */
  readonly hedge?: HedgePolicy | false;
  /** Default: `error`. */
  readonly interrupted?: Interrupted;
  /**
   * Failures that normally go to the caller at once, because another target would most likely fail as well, but on which
   * this route is to try the next one: such as `content-filter` or `bad-request`; `output` for answers that do not match
   * the request's `schema`.
   */
  readonly fallbackOn?: readonly FallbackKind[];
  /** Default: every complete answer will do. */
  readonly accept?: Accept;
  /** `false`: none, whatever the router's is. Default: none. */
  readonly mirror?: MirrorPolicy | false;
}

/** What happens to a request when everything that could take it is busy, exhausted or at its limit. */
export interface QueuePolicy {
  /**
   * Most requests of the router that may wait at a time; `0`: none does. When it is full, whoever came last of those of the
   * lowest priority is turned away with `NoTargetError`. Default: 1,000.
   */
  readonly size?: number;
  /**
   * Most milliseconds that a request waits for a place, each time it has to: for one that becomes free, or for a target that is
   * expected back. Where it is known that this takes longer, or longer than the request's time allows, the request fails at once.
   * Default: 30,000.
   */
  readonly maxWait?: number;
}

/** Who waits behind whom, and who is turned away first when too many wait. */
export type Priority = 'critical' | 'normal' | 'sheddable';

/** One provider and model that can answer, with the key or keys of the provider. */
export interface TargetOptions extends KeyLimits {
  readonly provider: Provider;
  /** The model, as the vendor names it; with `aiSdk()` a model of the AI SDK. */
  readonly model: string | object;
  /** Unique among the targets. Default: `provider/model`. */
  readonly id?: string;
  /** US$ per million tokens. Default: the catalogue's, where it knows the model. */
  readonly price?: Price;
  /** Its share under `weighted()`. Default: 1. */
  readonly weight?: number;
  /** Words of your own, for strategies to look at: a region, `zero-data-retention` … */
  readonly tags?: readonly string[];
  /** What to expect of it before it has been measured; a few dozen samples replace it. */
  readonly baseline?: Baseline;
  /** What it can do, field by field over what its provider knows. Requests that need more are not sent to it. */
  readonly capabilities?: Capabilities;
}

/** How fast a target is expected to be. */
export interface Baseline {
  /** Milliseconds to the first token. */
  readonly firstToken?: number;
  /** Output tokens per second. */
  readonly throughput?: number;
}

/** A named choice of targets, with policies of its own. */
export interface RouteOptions<TargetId extends string = string> extends Policies {
  /** Ids, in order of preference. Default: all targets. */
  readonly targets?: readonly TargetId[];
}

/** Looks prices up for targets that declare none. */
export interface Catalog {
  /** The price of a model at a moment (milliseconds since 1970), or `undefined` where it is not known: never a guess. */
  price(provider: string, model: string, date: number): Price | undefined;
  /** Most tokens that a model takes and gives together, where that is known. */
  contextLength?(provider: string, model: string): number | undefined;
}

/** The id of each of the targets: literal where it was written out, `string` where it was computed. */
export type TargetIdOf<Targets extends readonly TargetOptions[]> = IdOf<Targets[number]>;

/** The id of one target. */
export type IdOf<T> = T extends { readonly id: infer Id extends string }
  ? Id
  : 'id' extends keyof T
    ? string
    : T extends { readonly provider: Provider<infer Name>; readonly model: infer Model extends string }
      ? `${Name}/${Model}`
      : string;

/** What a `select` may name: a route, a target that alone shall answer, or `default`, which is always there. */
export type RouteNameOf<Targets extends readonly TargetOptions[], Routes> =
  | (keyof Routes & string)
  | TargetIdOf<Targets>
  | 'default';

/** What one call may set for itself. */
export interface CallOptions<TargetId extends string = string, RouteName extends string = string> {
  /** The name of a route, or the id of a target that alone shall answer. Default: what `select` says, else `default`. */
  readonly route?: RouteName | TargetId;
  /** Aborting it ends the call at once, closes its sockets and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Only these of the route's targets. Where the call names no route, targets of other routes may be among them. */
  readonly only?: readonly TargetId[];
  /** Overrides the route's, field by field. */
  readonly timeout?: Timeouts;
  /** Most US$ that this request is expected to cost. Targets above it, or of unknown price, are not used. */
  readonly maxCost?: number;
  /** Requests of one session prefer one target where the strategy says so, and one of its keys. */
  readonly session?: string;
  /** On whose behalf the request is made, where one application serves several customers: for plugins, strategies and events. */
  readonly tenant?: string;
  /** The person or service that asks: for plugins, strategies and events. */
  readonly user?: string;
  /** Your own labels, such as a feature or a team: for plugins, strategies and events. */
  readonly tags?: readonly string[];
  /** When the request ends at the latest: milliseconds since 1970. `timeout.request` may end it sooner. Default: no such moment. */
  readonly deadline?: number;
  /** Where requests have to wait. Default: `normal`. */
  readonly priority?: Priority;
  /** Goes to events untouched. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Overrides the route's. Streams only. */
  readonly interrupted?: Interrupted;
  /** Overrides the route's, except its `ratio`, which all requests share. */
  readonly hedge?: Omit<HedgePolicy, 'ratio'> | false;
  /** Overrides the route's. */
  readonly accept?: Accept;
}
