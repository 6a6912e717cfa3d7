import type { PluginStation, RouterErrorCode } from './error.ts';
import type { Health } from './options/strategy.ts';
import type { Decision, LookupSummary } from './result/decision.ts';
import type { AttemptSummary, FinishReason, ServedAs } from './result/result.ts';
import type { Cost, Usage } from './result/usage.ts';

/** What every event of a request says of it. */
export interface RequestFacts {
  /** Unique within the process. */
  readonly requestId: string;
  readonly route: string;
  /** The caller's own, from the call options. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** From the call options. */
  readonly tenant?: string;
  /** From the call options. */
  readonly user?: string;
  /** From the call options. */
  readonly tags?: readonly string[];
  /**
   * `true` where this is of a copy that was sent to a `mirror`, which has the id of its original, an attempt and a
   * `request-end` of its own, and a cost that is no part of the original's.
   */
  readonly mirror?: true;
}

/** A call has passed its checks and is a request now; its `request-end` follows. */
export interface RequestStartEvent extends RequestFacts {
  readonly type: 'request-start';
  /** When the call came: milliseconds since 1970. */
  readonly startedAt: number;
  readonly kind: RequestEndEvent['kind'];
}

/** An attempt is about to be sent. */
export interface AttemptStartEvent extends RequestFacts {
  readonly type: 'attempt-start';
  readonly target: string;
  /** Which of the provider's `keys`, from 0 on, where there are several. */
  readonly key?: number;
  /** 1 for the first attempt of the request. */
  readonly attempt: number;
}

/** An attempt is over. */
export interface AttemptEndEvent extends RequestFacts, AttemptSummary {
  readonly type: 'attempt-end';
  readonly attempt: number;
}

/**
 * An attempt that the vendor charges for, or may charge for: one per attempt, of which a request can have several.
 * Sum `cost.total` of these for the bill; those with `mirror` are what the copies cost.
 */
export interface UsageEvent extends RequestFacts, ServedAs {
  readonly type: 'usage';
  readonly target: string;
  readonly provider: string;
  readonly model: string;
  readonly usage: Usage;
  /** `undefined` where no price is known. */
  readonly cost: Cost | undefined;
  /** `success`: part of the answer. `failed` and `abandoned`: paid for nothing. */
  readonly outcome: AttemptSummary['outcome'];
  /** `unknown`: the attempt was cut off; `cost` is an estimate of what the vendor may charge. */
  readonly billed: 'yes' | 'unknown';
}

/** A request is over. Exactly one per request, whatever happened; and one per copy that was sent to a `mirror`. */
export interface RequestEndEvent extends RequestFacts {
  readonly type: 'request-end';
  /** When the call came: milliseconds since 1970. */
  readonly startedAt: number;
  readonly kind: 'chat' | 'stream' | 'embed' | 'image';
  /** `aborted`: by the caller's signal, or by leaving the stream; a copy's, where a request needed its place. */
  readonly outcome: 'success' | 'failed' | 'aborted';
  /** The target that answered. */
  readonly target: string | undefined;
  readonly attempts: readonly AttemptSummary[];
  readonly finishReason: FinishReason | undefined;
  /** Of the answer. */
  readonly usage: Usage | undefined;
  /** Of the answer. */
  readonly cost: Cost | undefined;
  /** US$ spent on attempts that did not become the answer, as far as known. */
  readonly wastedCost: number;
  /** Milliseconds from the call to its end. */
  readonly duration: number;
  /** Milliseconds from the call to its first token. Streams only. */
  readonly firstToken: number | undefined;
  /** Which error the caller got. */
  readonly error: RouterErrorCode | undefined;
  /** How the targets were chosen. */
  readonly decision: Decision | undefined;
  /** Where the answer was found by a plugin rather than made by a target: `cost` is 0 then. */
  readonly lookup?: LookupSummary;
}

/** What is known of a target has changed. */
export interface TargetStateEvent {
  readonly type: 'target-state';
  readonly target: string;
  /** Which of the provider's `keys`, from 0 on, where there are several: each has a state of its own. */
  readonly key?: number;
  /** Of requests for embeddings or images alone, which have a state of their own. Left out for chats and streams. */
  readonly workload?: 'embed' | 'image';
  readonly state: Health;
  readonly previous: Health;
  /** When it is expected to be tried again: milliseconds since 1970, where that is known. */
  readonly retryAt: number | undefined;
}

/** Prices could not be looked up for a target: it has no `price`, and the catalogue does not know it. Once per target. */
export interface PriceUnknownEvent {
  readonly type: 'price-unknown';
  readonly target: string;
}

/** A plugin threw where that harms no request: in `lookup`, in an observer, or in what it does in the background. */
export interface PluginErrorEvent {
  readonly type: 'plugin-error';
  readonly plugin: string;
  readonly station: PluginStation;
  /** Left out where it is of no request. */
  readonly requestId?: string;
  /** What it threw, as it is: look at it before it is logged. */
  readonly error: unknown;
}

export type RouterEvent =
  | RequestStartEvent
  | AttemptStartEvent
  | AttemptEndEvent
  | UsageEvent
  | RequestEndEvent
  | TargetStateEvent
  | PriceUnknownEvent
  | PluginErrorEvent;

export type RouterEventType = RouterEvent['type'];

/** The event of one type; of `*` any event. */
export type EventOf<T extends RouterEventType | '*'> = T extends '*'
  ? RouterEvent
  : Extract<RouterEvent, { readonly type: T }>;

/** Called with each event. What it throws or rejects with is ignored: it can never harm a request. */
export type Listener<T extends RouterEventType | '*'> = (event: EventOf<T>) => unknown;
