import type { PluginStation, RouterErrorCode } from './error.ts';
import type { Health } from './options/strategy.ts';
import type { Decision, LookupSummary, Note } from './result/decision.ts';
import type { AttemptSummary, FinishReason, ServedAs } from './result/result.ts';
import type { Cost, Usage } from './result/usage.ts';

/** Fields that all events of a request share. */
export interface RequestFacts {
  /** Unique within the process. */
  readonly requestId: string;
  /** The name of the route. */
  readonly route: string;
  /** Metadata from the call options. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Session from the call options. */
  readonly session?: string;
  /** Tenant from the call options. */
  readonly tenant?: string;
  /** User from the call options. */
  readonly user?: string;
  /** Tags from the call options. */
  readonly tags?: readonly string[];
  /**
   * `true` for events of a mirrored copy. A copy shares the id of the original request but has its own attempt
   * and `request-end`; its cost is not part of the original's.
   */
  readonly mirror?: true;
}

/** A call passed validation and became a request. A `request-end` always follows. */
export interface RequestStartEvent extends RequestFacts {
  readonly type: 'request-start';
  /** When the call was made, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The operation. */
  readonly kind: RequestEndEvent['kind'];
}

/** An attempt is about to be sent. */
export interface AttemptStartEvent extends RequestFacts {
  readonly type: 'attempt-start';
  /** The id of the target that is asked. */
  readonly target: string;
  /** Index of the key in the provider's `keys`; omitted if there is only one. */
  readonly key?: number;
  /** 1 for the first attempt of the request. */
  readonly attempt: number;
}

/** An attempt ended. */
export interface AttemptEndEvent extends RequestFacts, AttemptSummary {
  readonly type: 'attempt-end';
  /** The attempt's outcome, usage and cost. */
  readonly attempt: number;
}

/**
 * Usage of an attempt that the vendor bills or may bill. A request emits one per such attempt.
 * The sum of `cost.total` is the total spend; events with `mirror` are the share of mirrored copies.
 */
export interface UsageEvent extends RequestFacts, ServedAs {
  readonly type: 'usage';
  /** The id of the target. */
  readonly target: string;
  /** The provider's name. */
  readonly provider: string;
  /** The target's model. */
  readonly model: string;
  /** The tokens of the attempt. */
  readonly usage: Usage;
  /** `undefined` if the price is unknown. */
  readonly cost: Cost | undefined;
  /** `success`: the attempt produced the response. `failed` and `abandoned`: wasted cost. */
  readonly outcome: AttemptSummary['outcome'];
  /** `unknown`: the attempt was cut off, and `cost` estimates what the vendor may charge. */
  readonly billed: 'yes' | 'unknown';
}

/** A request ended. Emitted exactly once per request, whatever its outcome, and once per mirrored copy. */
export interface RequestEndEvent extends RequestFacts {
  readonly type: 'request-end';
  /** When the call was made, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The operation. */
  readonly kind: 'chat' | 'stream' | 'embed' | 'image';
  /**
   * `aborted`: the caller aborted the signal or stopped reading the stream. For a mirrored copy: a request
   * needed its slot.
   */
  readonly outcome: 'success' | 'failed' | 'aborted';
  /** The target that produced the response. */
  readonly target: string | undefined;
  /** All attempts in the order they ended. */
  readonly attempts: readonly AttemptSummary[];
  /** Why the answer ended, if there is one. */
  readonly finishReason: FinishReason | undefined;
  /** Usage of the response. */
  readonly usage: Usage | undefined;
  /** Cost of the response. */
  readonly cost: Cost | undefined;
  /** Known cost of attempts that did not produce the response, in US$. */
  readonly wastedCost: number;
  /** Milliseconds from the call to the end of the request. */
  readonly duration: number;
  /** Milliseconds from the call to the first token. Streams only. */
  readonly firstToken: number | undefined;
  /** Code of the error that the caller received. */
  readonly error: RouterErrorCode | undefined;
  /** How the targets were chosen. */
  readonly decision: Decision | undefined;
  /** Set if a plugin's `lookup` supplied the response; `cost` is then 0, or of the rest if it supplied a part. */
  readonly lookup?: LookupSummary;
}

/** The health of a target changed. */
export interface TargetStateEvent {
  readonly type: 'target-state';
  /** The id of the target. */
  readonly target: string;
  /** Index of the key in the provider's `keys`, each of which has its own state; omitted if there is only one. */
  readonly key?: number;
  /** Set if the state applies only to embeddings or images, which are tracked separately from chats and streams. */
  readonly workload?: 'embed' | 'image';
  /** Its health now. */
  readonly state: Health;
  /** Its health before. */
  readonly previous: Health;
  /** When the router expects to try the target again, in milliseconds since 1970, if known. */
  readonly retryAt: number | undefined;
}

/** A target has no declared `price` and is not in the catalog. Emitted once per target. */
export interface PriceUnknownEvent {
  readonly type: 'price-unknown';
  /** The id of the target. */
  readonly target: string;
}

/** A plugin threw in `lookup`, in an observer or in background work. No request is affected. */
export interface PluginErrorEvent {
  readonly type: 'plugin-error';
  /** The plugin's name. */
  readonly plugin: string;
  /** Where in the request's road it failed. */
  readonly station: PluginStation;
  /** Omitted if the error belongs to no request. */
  readonly requestId?: string;
  /** The thrown value, unredacted. Check it for sensitive data before you log it. */
  readonly error: unknown;
}

/**
 * A limit over a period is used up to one of its `warnAt` ratios, or an attempt did not fit into it. Each ratio is reported once per
 * limit, subject and period, by one of the processes that share a store.
 */
export interface BudgetWarningEvent {
  readonly type: 'budget-warning';
  /** Name of the limit. */
  readonly limit: string;
  /** The tenant, user, tag or route; `undefined` for a limit on everything. */
  readonly subject: string | undefined;
  /** What the limit counts. */
  readonly unit: 'usd' | 'tokens' | 'requests' | 'concurrency';
  /** The ratio of `warnAt` that is reached. */
  readonly ratio: number;
  /** Used by all processes, in the unit. */
  readonly spent: number;
  /** The whole limit, in the unit. */
  readonly amount: number;
  /** End of the period in milliseconds since 1970; `undefined` for rolling limits and concurrency. */
  readonly periodEnd: number | undefined;
}

/** A store stopped answering a plugin, answers again, or has lost its data. Requests continue by local state. */
export interface StoreStateEvent {
  readonly type: 'store-state';
  /** Name of the plugin. */
  readonly plugin: string;
  /** Name of the store. */
  readonly store: string;
  /** Whether the store can be reached; `lost`: it answers, but has lost data, which the processes write again. */
  readonly state: 'away' | 'back' | 'lost';
  /** Why it is away. */
  readonly error?: unknown;
}

/** Events that plugins emit. */
export type PluginEvent = BudgetWarningEvent | StoreStateEvent;

/** A plugin recorded a fact about a request. The notes of a request are also in its `decision`. */
export interface NoteEvent extends RequestFacts, Note {
  readonly type: 'note';
}

/** Any event of a router. `type` tells them apart. */
export type RouterEvent =
  | RequestStartEvent
  | AttemptStartEvent
  | AttemptEndEvent
  | UsageEvent
  | RequestEndEvent
  | TargetStateEvent
  | PriceUnknownEvent
  | PluginErrorEvent
  | NoteEvent
  | BudgetWarningEvent
  | StoreStateEvent;

/** The name of an event, such as `request-end`. */
export type RouterEventType = RouterEvent['type'];

/** The event of the given type; for `*`, any event. */
export type EventOf<T extends RouterEventType | '*'> = T extends '*'
  ? RouterEvent
  : Extract<RouterEvent, { readonly type: T }>;

/** Receives events. Exceptions and rejections are ignored and never affect a request. */
export type Listener<T extends RouterEventType | '*'> = (event: EventOf<T>) => unknown;
