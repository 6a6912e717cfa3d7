import type { FallbackOn } from '../error.ts';
import type { Provider } from '../provider.ts';
import type { RequestSettings } from '../request/request.ts';
import type { ChatResult } from '../result/result.ts';
import type { Capabilities } from './capabilities.ts';
import type { KnownModels } from './known-models.ts';
import type { KeyLimits } from './limit.ts';
import type { Price } from './price.ts';
import type { Strategy } from './strategy.ts';
import type { Timeouts } from './timeouts.ts';

/** Retries on the same target. These settings do not limit failover to other targets. */
export interface RetryPolicy {
  /** Maximum number of retries on the same target. @default 1 */
  readonly sameTarget?: 0 | 1;
  /**
   * Next step after a rate limit, an overload, a server error or a network error. `another-target` fails over
   * immediately. `same-target` retries first, after a delay of at most `maxDelay`; use it if the model matters
   * more than latency. Without another target, the router always retries the same one.
   *
   * @default 'another-target'
   */
  readonly prefer?: 'another-target' | 'same-target';
  /** Initial upper bound of the exponential backoff with full jitter, in milliseconds. @default 250 */
  readonly minDelay?: number;
  /** Maximum backoff delay in milliseconds. @default 8,000 */
  readonly maxDelay?: number;
  /**
   * Maximum number of same-target retries as a ratio of all requests, 0 to 1. A small number of retries and all
   * retries on a target known to be failing are exempt. Failover is not limited.
   *
   * @default 0.2
   */
  readonly ratio?: number;
}

/** When the circuit breaker of a target opens and closes. */
export interface BreakerPolicy {
  /** Consecutive failures that open the breaker. With fewer than 20 outcomes per minute, 3 suffice. @default 5 */
  readonly consecutive?: number;
  /** Failure rate over ten seconds that opens the breaker, given at least 20 outcomes. @default 0.5 */
  readonly failureRate?: number;
  /** Initial open duration in milliseconds. Each consecutive time the breaker opens, it is a quarter longer. @default 5,000 */
  readonly openFor?: number;
  /** Maximum open duration in milliseconds. @default 60,000 */
  readonly maxOpenFor?: number;
  /** Successful probes, one at a time, that close the breaker. Traffic then ramps up over 5 seconds. @default 3 */
  readonly probes?: number;
}

/**
 * How the router handles a stream that breaks after its first token.
 *
 * - `error`: throws `StreamInterruptedError` with the content so far.
 * - `restart`: yields a `restart` part, then the complete response of another target.
 * - `continue`: another target continues the response if that is safe (only plain text was received) and the
 *   target supports it (the `prefill` capability); otherwise like `error`.
 * - `continue-or-restart`: like `continue`, but falls back to `restart`.
 */
export type Interrupted = 'error' | 'restart' | 'continue' | 'continue-or-restart';

/** When to hedge a slow request with a second target. The first response wins; the other attempt is canceled. */
export interface HedgePolicy {
  /**
   * How long to wait for the first token (without streaming: the complete response) before the router hedges:
   * milliseconds, or a percentile of the target's own latency, which requires 100 samples.
   *
   * @default 'p99'
   */
  readonly delay?: number | 'p90' | 'p95' | 'p99';
  /** Maximum number of hedges as a ratio of all requests, 0 to 1. @default 0.02 */
  readonly ratio?: number;
  /** Maximum estimated cost of a hedge in US$. Targets of unknown price are not used. @default no limit */
  readonly maxCost?: number;
}

/**
 * Validates a complete response. Returns `true` to accept it, or `false` or a reason to reject it. A rejected
 * response is still billed, and the router tries the next target; a stream restarts if `interrupted` is
 * `restart`. Exceptions propagate to the caller.
 *
 * @example
 * accept: ({ text }) => text.length > 20 || 'too short'
 */
export type Accept = (result: ChatResult) => boolean | string | PromiseLike<boolean | string>;

/**
 * Mirrors a ratio of chats and streams to one more target, only to measure it; the response is discarded.
 *
 * A copy never delays or fails the request: it starts after the request, is not retried, and yields its slot to
 * any request that needs it. It ends with `router.close()`, not with the caller's abort. Its outcome counts
 * toward the target's statistics and health. Its cost is reported in separate events with `mirror: true` and
 * does not count toward the call's `maxCost`.
 *
 * The router does not mirror embeddings, images, requests with vendor-run tools or vendor-side state, requests
 * whose `only` excludes the target, or requests for which the target ranks first. The route's strategy does not
 * apply. A copy is dropped if the target is not healthy, lacks a capability, has no free slot, or has less than
 * half of its rate limits left.
 *
 * @example
 * mirror: { target: 'candidate', ratio: 0.05 }
 */
export interface MirrorPolicy<TargetId extends string = string> {
  /** Id of any target of the router. */
  readonly target: TargetId;
  /** Ratio of requests to mirror, 0 to 1. */
  readonly ratio: number;
  /** Maximum number of concurrent copies; more are dropped. @default 10 */
  readonly maxInFlight?: number;
}

/** Policies that a route inherits from the router's options and can override. */
export interface Policies<TargetId extends string = string> {
  /** Order in which targets are tried. @default priority(), the order of `targets` */
  readonly strategy?: Strategy<TargetId>;
  /** Limits of time, merged field by field over the router's. */
  readonly timeout?: Timeouts;
  /**
   * Maximum number of attempts per request, across all targets.
   *
   * @default one more than the number of targets (or keys) in the route, at least 3
   */
  readonly maxAttempts?: number;
  /** Retries on the same target. `false` disables them but not failover. */
  readonly retry?: RetryPolicy | false;
  /** Circuit breaker of each target. `false` disables it. */
  readonly breaker?: BreakerPolicy | false;
  /**
   * Hedging of slow requests. Off by default because the vendor may bill both attempts. Requests that depend on
   * vendor-side state or use vendor-run tools are never hedged.
   *
   * @default false
   */
  readonly hedge?: HedgePolicy | false;
  /** Handling of a stream that breaks after its first token. @default 'error' */
  readonly interrupted?: Interrupted;
  /**
   * Failures on which this route fails over although the router would normally return them to the caller because
   * other targets are likely to fail too, such as `content-filter` or `bad-request`. `output` covers responses
   * that do not match the request's `schema`, `guard` those that a plugin withheld. A kind with a leading `!` returns to the caller
   * although it would fail over; a function decides by the failure.
   */
  readonly fallbackOn?: FallbackOn;
  /** Validation of complete responses. By default every complete response is accepted. */
  readonly accept?: Accept;
  /**
   * Text that answers chats and streams which no target could answer: all failed, none was available, or the time was over. `false`
   * disables the router's setting for a route. Requests for JSON, and errors that are the caller's (an invalid request, a budget,
   * an abort, a stream that broke after its first token), reject as usual.
   *
   * The result has `decision.lastResort: true`, the target `last-resort`, the finish reason `other`, and costs nothing. To events,
   * plugins and ledgers the request has failed; caches do not store the text.
   *
   * @default none: such requests reject
   * @example
   * lastResort: 'We are busy at the moment. Please try again in a few minutes.'
   */
  readonly lastResort?: string | false;
  /** Mirroring to another target. `false` disables the router's setting for a route. @default none */
  readonly mirror?: MirrorPolicy<TargetId> | false;
}

/** Queueing of requests while all eligible targets are busy, exhausted or at their limits. */
export interface QueuePolicy {
  /**
   * Maximum number of queued requests per router; `0` disables queueing. When the queue is full, the newest
   * request of the lowest priority is rejected with `NoTargetError`.
   *
   * @default 1,000
   */
  readonly size?: number;
  /**
   * Maximum time in milliseconds that a request waits for a slot or for a target to recover, each time it has to
   * wait. A request fails immediately if the wait is known to exceed this or the request's remaining time.
   *
   * @default 30,000
   */
  readonly maxWait?: number;
}

/** Priority in the queue: the order in which requests are served and, in reverse, rejected when it is full. */
export type Priority = 'critical' | 'normal' | 'sheddable';

/** Settings of a target or route that replace those of its chats. `undefined` removes a setting from the request. */
export type TargetSettings = {
  readonly [Name in Exclude<keyof RequestSettings, 'tools' | 'includeRaw' | 'origin'>]?:
    | RequestSettings[Name]
    | undefined;
};

/** What a target consists of. Editors complete its `model` in `TargetOptions`, and by provider in `createRouter`. */
export interface TargetFields extends KeyLimits {
  /** The interface to the vendor, such as `openai()`. Targets that share the object share its keys. */
  readonly provider: Provider;
  /** The vendor's name of the model. For `aiSdk()`, an AI SDK model. */
  readonly model: string | object;
  /** Unique target id. @default provider/model */
  readonly id?: string;
  /** Price in US$ per million tokens. @default the catalog's price, if it lists the model */
  readonly price?: Price;
  /**
   * The catalog's `provider/model` whose price and context length apply, for deployments with custom names.
   *
   * @default the target's own provider and model
   * @example
   * { provider: azure({ resource: 'acme' }), model: 'prod-chat', pricedAs: 'openai/gpt-5-mini' }
   */
  readonly pricedAs?: `${string}/${string}`;
  /**
   * Settings that replace those of each chat to this target; `undefined` removes one.
   *
   * @example
   * settings: { temperature: undefined, reasoning: 'low' }
   */
  readonly settings?: TargetSettings;
  /** Relative weight for `weighted()`. @default 1 */
  readonly weight?: number;
  /** Custom labels for strategies, such as a region or `zero-data-retention`. */
  readonly tags?: readonly string[];
  /** Performance to assume until a few dozen samples have been measured. */
  readonly baseline?: Baseline;
  /** Capabilities, merged field by field over those the provider knows. */
  readonly capabilities?: Capabilities;
  /**
   * Service tiers to use. Each becomes a separate target, with its own price, limits, latencies and health: `standard` under the
   * target's id, others under `id#tier`. Which tiers a provider has: OpenAI, Gemini, Azure and
   * OpenRouter `flex` and `priority`, Groq `flex`, Anthropic `fast`; OpenAI and Anthropic `batch`. A `batch` target gets only requests that can wait: those with `window`, and those of `router.batch`.
   *
   * @default ['standard']
   * @example
   * { provider: openai(), model: 'gpt-5-mini', tiers: ['flex', 'standard'] }
   */
  readonly tiers?: readonly string[];
}

/** A provider and a model, together with the provider's keys. */
export interface TargetOptions extends TargetFields {
  /** The vendor's name of the model: a known one, which editors complete, or any other. For `aiSdk()`, an AI SDK model. */
  readonly model: KnownModels[keyof KnownModels] | (string & {}) | object;
}

/** Expected performance of a target. */
export interface Baseline {
  /** Milliseconds to the first token. */
  readonly firstToken?: number;
  /** Output tokens per second. */
  readonly throughput?: number;
}

/** A named list of targets with its own policies. */
export interface RouteOptions<TargetId extends string = string> extends Policies<TargetId> {
  /** Target ids in order of preference. @default all targets */
  readonly targets?: readonly TargetId[];
  /** Settings that replace those of each chat on this route; a target's own take precedence. `undefined` removes one. */
  readonly settings?: TargetSettings;
}

/** Source of prices for targets that declare none. */
export interface Catalog {
  /** Returns a model's price at a date (milliseconds since 1970), or `undefined` if unknown; never a guess. */
  price(provider: string, model: string, date: number): Price | undefined;
  /** Returns a model's maximum number of input and output tokens combined, if known. */
  contextLength?(provider: string, model: string): number | undefined;
}

/** The ids of all targets: literal types where they can be inferred, `string` otherwise. */
export type TargetIdOf<Targets extends readonly TargetFields[]> = IdOf<Targets[number]>;

/** The id of one target. */
export type IdOf<T> = T extends { readonly tiers: readonly (infer Tier extends string)[] }
  ? OnTier<PlainIdOf<T>, Tier>
  : PlainIdOf<T>;

/** The id of a target on a service tier. */
export type OnTier<Id extends string, Tier extends string> = Tier extends 'standard' ? Id : `${Id}#${Tier}`;

/** The id of one target on its standard tier. */
export type PlainIdOf<T> = T extends { readonly id: infer Id extends string }
  ? Id
  : 'id' extends keyof T
    ? string
    : T extends { readonly provider: Provider<infer Name>; readonly model: infer Model extends string }
      ? `${Name}/${Model}`
      : string;

/** What `select` can return: a route, a target id, or `default`, which always exists. */
export type RouteNameOf<Targets extends readonly TargetFields[], Routes> =
  | (keyof Routes & string)
  | TargetIdOf<Targets>
  | 'default';
