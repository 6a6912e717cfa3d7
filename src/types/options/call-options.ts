import type { CallAuth } from '../provider.ts';
import type { Accept, HedgePolicy, Interrupted, Priority } from './options.ts';
import type { Timeouts } from './timeouts.ts';

/** See `CallOptions.history`. */
export interface HistoryOrigin<TargetId extends string = string> {
  /** The id of a target, or several of different vendors. Each needs to have one account. */
  readonly from: TargetId | readonly TargetId[];
}

/** Options of a single call. */
export interface CallOptions<TargetId extends string = string, RouteName extends string = string> {
  /** Route name, or the id of a single target. @default the result of `select`, otherwise `default` */
  readonly route?: RouteName | TargetId | 'default';
  /** Aborting it ends the call immediately, closes its sockets, and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Restricts the call to these targets. If the call names no route, they may belong to other routes. */
  readonly only?: readonly TargetId[];
  /**
   * The targets of this call, in order of preference, in place of a route's targets and strategy. The policies are those of
   * `route`, otherwise of the route `default`; `select` is not asked.
   *
   * @example
   * targets: ['haiku', 'openai/gpt-5-mini']
   */
  readonly targets?: readonly TargetId[];
  /**
   * The one target of this call: its id, or `provider/model` of one of the router's `providers`. The same as `targets` with one
   * target.
   *
   * @example
   * model: 'groq/llama-3.3-70b-versatile'
   */
  readonly model?: TargetId;
  /** Timeouts, merged field by field over the route's. */
  readonly timeout?: Timeouts;
  /** Maximum estimated cost of this request in US$. Targets above it or of unknown price are not used. */
  readonly maxCost?: number;
  /** Session name. If the strategy supports it, requests of a session prefer the same target and key. */
  readonly session?: string;
  /** The customer of a multi-tenant application. Available to plugins, strategies and events. */
  readonly tenant?: string;
  /** The person or service that makes the request. Available to plugins, strategies and events. */
  readonly user?: string;
  /** Custom labels, such as a feature or team. Available to plugins, strategies and events. */
  readonly tags?: readonly string[];
  /** Latest end of the request in milliseconds since 1970. `timeout.request` may end it sooner. @default none */
  readonly deadline?: number;
  /**
   * Maximum milliseconds that the call may wait to be sent together with others in a vendor's batch. Without it, targets on the tier
   * `batch` are not used. The answer then takes up to `deadline`, or a day: the process has to live that long, and
   * `timeout.request` is off unless the call sets it. @default not in batches
   */
  readonly window?: number;
  /** Priority in the queue. @default 'normal' */
  readonly priority?: Priority;
  /** Custom data, passed to events unchanged. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Overrides the route's setting. Streams only. */
  readonly interrupted?: Interrupted;
  /** Overrides the route's setting, except for `ratio`, which applies to all requests. */
  readonly hedge?: Omit<HedgePolicy, 'ratio'> | false;
  /** Overrides the route's setting. */
  readonly accept?: Accept;
  /**
   * Where reasoning, signatures and vendor ids in `messages` come from that carry no mark of signalbox: the ids of targets whose
   * accounts made them, for conversations stored by an application that used a vendor's SDK or the AI SDK's provider directly. They
   * go to no other account. An empty list leaves them out.
   *
   * @default the vendor's account, if the router has exactly one of that vendor; otherwise they are left out with a warning
   * @example
   * history: { from: 'claude-eu' }
   */
  readonly history?: HistoryOrigin<TargetId>;
  /**
   * Keys and headers of this call by provider name, for applications whose users bring their own. They replace the provider's
   * own. A failure that concerns the caller's key (rejected, out of credit, rate-limited) never changes the state of a target.
   * Targets of the provider that cannot send another key (injected clients, AI SDK models) are left out.
   *
   * @example
   * auth: { openai: { apiKey: user.openaiKey }, anthropic: { headers: { 'anthropic-beta': 'context-1m-2025-08-07' } } }
   */
  readonly auth?: Readonly<Record<string, CallAuth>>;
}
