import type { Clock, Random } from './clock.ts';
import type { CallOptions } from './options/options.ts';
import type { Candidate } from './options/strategy.ts';
import type { ResolvedChatRequest } from './provider.ts';
import type { EmbedRequest, EmbedResult } from './request/embed.ts';
import type { ImageRequest, ImageResult } from './request/image.ts';
import type { Decision, LookupSummary, Note, SkippedTarget } from './result/decision.ts';
import type { AttemptSummary, ChatResult } from './result/result.ts';
import type { StreamPart } from './result/stream-part.ts';
import type { Cost, Usage } from './result/usage.ts';
import type { Router } from './router.ts';
import type { Change, Store } from './store.ts';
import type { PartTransform, Review } from './transform.ts';

/** A value, or the promise of one. */
export type Awaitable<T> = T | PromiseLike<T>;

/**
 * Adds to what happens to every request of a router, whichever interface it came through. Each method is a station on the request's
 * way; a plugin has those that it needs. The router fixes their order: inspect, lookup, (the route is selected), routed, exclude, (the targets
 * are ranked), then for each attempt reserve, (call), transform, review; observe follows all of it.
 *
 * Several plugins at one station: `inspect` and `transform` take turns in the order of `plugins`, each with what the one before
 * made; the first hit of `lookup`, the first reason of `exclude` and the first rejection of `review` count; all of them have to
 * grant a `reserve`, or none is kept; `observe` goes to all.
 *
 * What an `inspect`, `exclude`, `reserve`, `transform` or `review` throws ends the request and reaches the caller as it is, so that
 * nothing passes a check that broke. What a `lookup` or an observer throws never harms a request: it becomes a `plugin-error` event.
 *
 * @example
 * const allowedModels = (allowed: (tenant?: string) => readonly string[]): Plugin => ({
 *   name: 'allowed-models',
 *   exclude: ({ target }, { tenant }) =>
 *     allowed(tenant).includes(target.model) ? undefined : { reason: 'excluded', detail: 'not in the plan' },
 * });
 */
export interface Plugin {
  /** For events and errors. Unique among the plugins of a router. */
  readonly name: string;
  /**
   * Most milliseconds that `inspect`, `lookup` and `review` may each take. When they are over, a lookup has missed, and the others
   * fail the request with `PluginError`. `Infinity` leaves it at the request's own deadline. Default: 5,000.
   */
  readonly timeout?: number;
  /**
   * Call options that the plugin adds, by name. Declare their types by declaration merging with `CallOptions`.
   *
   * @example
   * declare module 'signalbox' {
   *   interface CallOptions<TargetId extends string = string, RouteName extends string = string> {
   *     readonly region?: 'eu' | 'us';
   *   }
   * }
   */
  readonly callOptions?: Readonly<Record<string, PluginCallOption>>;
  /** Called once, by `createRouter`. May return what `router.close()` calls and waits for. */
  install?(host: PluginHost): (() => Awaitable<void>) | undefined;
  /**
   * Looks at a request before anything else does. Returns the request that takes its place, or `undefined` to leave it as it is.
   * To refuse it, throw: `RefusedError`, or an error of your own.
   *
   * @example
   * inspect: ({ request }) => ({ ...request, messages: redact(request.messages) })
   */
  inspect?(context: RequestContext): Awaitable<AnyRequest | undefined>;
  /**
   * Looks at a request once more when `select` has chosen its route; like `inspect`. Not called for a call that names its route, which
   * `inspect` sees.
   */
  routed?(context: RequestContext): Awaitable<AnyRequest | undefined>;
  /** Answers a request without a target; `undefined` where it cannot. */
  lookup?(context: RequestContext): Awaitable<LookupHit | undefined>;
  /**
   * Says why a target must not get a request; `undefined` where it may. Pure and synchronous: called for each target of the route, also by
   * `router.explain()`. The reason is in `decision.skipped`.
   */
  exclude?(candidate: Candidate, context: RequestContext): Exclusion | undefined;
  /**
   * Takes what one attempt needs, before it starts. Synchronous. `undefined`: it needs nothing. `{ retryAt }`: it has to wait, so another
   * target is used, or the same one later.
   */
  reserve?(attempt: AttemptPlan): Reservation | Wait | undefined;
  /**
   * Changes an answer on its way to the caller: the parts of a stream as they come, or the content of a complete answer part by
   * part. Called once for each stream or answer; `undefined` where this one stays as it is.
   */
  transform?(context: RequestContext): PartTransform | undefined;
  /** Judges a complete answer to a chat or a stream. `undefined`: it will do. */
  review?(result: ChatResult, context: RequestContext): Awaitable<Review | undefined>;
  /** Follows a request. Called synchronously within the caller's call; `undefined` where this one is of no interest. */
  observe?(context: RequestContext): RequestObserver | undefined;
}

/** A call option that a plugin adds. */
export interface PluginCallOption {
  /** Returns what a valid value is, such as `a list of guards`, for the `RequestError` of an invalid one; `undefined` for a valid value. */
  check(value: unknown): string | undefined;
  /** Combines the value of `router.with()` with the call's own. Default: the call's own replaces it. */
  merge?(preset: unknown, call: unknown): unknown;
}

/** What a plugin gets of its router. */
export interface PluginHost {
  readonly router: Router;
  /** The router's `store`: where plugins share state with other processes. */
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** What this process knows of its targets, to be shared with other processes. */
  readonly replicas: readonly Replica[];
  /**
   * Calls `run` every `ms` milliseconds, never twice at a time, until the returned function is called or the router is closed. Does
   * not keep the process alive. What it throws becomes a `plugin-error` event.
   */
  every(ms: number, run: () => Awaitable<void>): () => void;
  /**
   * Sends a copy of a request to one target, to be measured: its answer reaches no caller. It makes one attempt, and gives
   * its place up to any request that needs it. Its events carry `mirror: true`.
   *
   * @param onEnd called once: when it is over, or at once where none is sent
   */
  shadow(context: RequestContext, target: string, onEnd?: () => void): void;
  /** Reports what went wrong in the plugin as a `plugin-error` event. */
  report(error: unknown): void;
}

/** A request as the stations see it, in one form whichever interface it came through. */
export type AnyRequest = ResolvedChatRequest | EmbedRequest | ImageRequest;

/** A complete answer of any operation. */
export type AnyResult = ChatResult | EmbedResult | ImageResult;

/** One request on its way. The same object at every station, so that it can be the key of a `WeakMap`. */
export type RequestContext =
  | RequestContextOf<'chat' | 'stream', ResolvedChatRequest>
  | RequestContextOf<'embed', EmbedRequest>
  | RequestContextOf<'image', ImageRequest>;

/** What the contexts of all operations have. */
export interface RequestContextOf<Kind extends string, Request> {
  /** The same as `requestId` in events. */
  readonly id: string;
  readonly operation: Kind;
  /** As the plugins before have made it. */
  readonly request: Request;
  /** The very object that the caller gave. */
  readonly original: object;
  readonly options: CallOptions;
  readonly tenant: string | undefined;
  readonly user: string | undefined;
  readonly tags: readonly string[];
  readonly session: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Its route; `undefined` until it has been selected. */
  readonly route: string | undefined;
  /** How its targets were chosen; `undefined` until they have been. */
  readonly decision: Decision | undefined;
  /** When the call came: milliseconds since 1970. */
  readonly startedAt: number;
  /** When the request's time is over: milliseconds since 1970; `Infinity` where it has no end. */
  readonly deadline: number;
  /** Aborts when the caller does, at the deadline, and when the router is closed. */
  readonly signal: AbortSignal;
  /** It is a copy that was sent with `host.shadow`. */
  readonly shadow: boolean;
  /** Records a fact in `decision.notes` and as a `note` event. Nothing secret: no text of the request. */
  note(note: Note): void;
}

/** An answer that was found rather than made. It costs nothing and counts for no target's statistics. */
export interface LookupHit extends Omit<LookupSummary, 'plugin'> {
  /**
   * A result as a router gave it, or the promise of one; for chats and streams also an answer that is still coming. A promise of
   * `undefined` or one that rejects, and an answer that breaks before its first token, are a miss after all.
   *
   * It takes the same way as an answer from a target: transforms, the request's `schema`, reviews, `accept`. One that is rejected before
   * anything of it has gone out is a miss.
   */
  readonly answer: AnyResult | PromiseLike<AnyResult | undefined> | LiveAnswer;
}

/** An answer that is still coming, such as a `ChatStream`, or the parts that a request under way has seen so far and will see. */
export interface LiveAnswer extends AsyncIterable<StreamPart> {
  /** Settles at its end, whether or not somebody reads its parts. */
  readonly result: PromiseLike<ChatResult>;
}

/** Why a target must not get a request. */
export interface Exclusion {
  readonly reason: 'excluded' | 'over-budget';
  /** In words, for the decision trace. Nothing secret. */
  readonly detail?: string;
  /** When the reason is expected to pass: milliseconds since 1970. */
  readonly retryAt?: number;
  readonly facts?: NonNullable<SkippedTarget['facts']>;
  /** What the caller gets where no target is left and this one was excluded. Default: `NoTargetError`. */
  readonly error?: Error;
}

/** One attempt, before it starts. */
export interface AttemptPlan {
  readonly context: RequestContext;
  readonly target: Candidate['target'];
  /** Which of the provider's `keys`, from 0 on, where there are several. */
  readonly key: number | undefined;
  /** 1 for the first attempt of the request. */
  readonly attempt: number;
  /** It gives its place up to any request that needs it. */
  readonly preemptible: boolean;
  readonly inputTokens: number;
  /** As many as the route's answers usually have. */
  readonly outputTokens: number;
  /** US$ that it is expected to cost; `undefined` where no price is known. */
  readonly estimatedCost: number | undefined;
  /** US$ that it costs at most, by the request's `maxOutputTokens`; as much as `estimatedCost` where it has none. */
  readonly maxCost: number | undefined;
}

/** What has been taken for an attempt. */
export interface Reservation {
  /** Called exactly once, when the attempt is over, or when it does not start after all. */
  settle(outcome: AttemptOutcome): void;
}

/** What an attempt took in fact. */
export interface AttemptOutcome {
  /** `unsent`: it did not start. */
  readonly outcome: AttemptSummary['outcome'] | 'unsent';
  readonly billed: AttemptSummary['billed'];
  /** `undefined`: not known. */
  readonly usage: Usage | undefined;
  /** `undefined`: not known. */
  readonly cost: Cost | undefined;
}

/** There is nothing to be had for now. */
export interface Wait {
  /** When to ask again: milliseconds since 1970; `Infinity`: when another attempt has ended. */
  readonly retryAt: number;
}

/** Follows one request. Whatever it throws is an event and harms nothing. */
export interface RequestObserver {
  /** The route has been selected and its targets are ranked. */
  routed?(decision: Decision): void;
  /** An attempt starts. */
  attempt?(attempt: AttemptPlan): AttemptObserver | undefined;
  /** One part of a stream as its target sent it, before any transform; a `restart` voids what came before. */
  part?(part: Exclude<StreamPart, { type: 'finish' }>): void;
  /** The complete answer as its target gave it, before transforms and reviews; a later one voids it. */
  answer?(answer: AnyResult): void;
  /** The request is over: called once, whatever happened. */
  end?(summary: RequestSummary): void;
}

/** Follows one attempt. */
export interface AttemptObserver {
  /**
   * Runs the provider's call: of a stream up to its first part. Must return what `call` returns.
   *
   * @example
   * around: (call) => context.with(trace.setSpan(context.active(), span), call)
   */
  around?<T>(call: () => T): T;
  /** The first token of a stream has come. */
  firstToken?(): void;
  end?(summary: AttemptSummary): void;
}

/** How a request ended. */
export interface RequestSummary {
  readonly outcome: 'success' | 'failed' | 'aborted';
  /** What the caller got; of a stream at its end. */
  readonly result: AnyResult | undefined;
  /** What the caller got instead. */
  readonly error: unknown;
  /** The target that answered. */
  readonly target: string | undefined;
  readonly attempts: readonly AttemptSummary[];
  readonly decision: Decision | undefined;
  /** Where the answer was found by a plugin's `lookup`. */
  readonly lookup: LookupSummary | undefined;
  /** US$ spent on attempts that did not become the answer, as far as known. */
  readonly wastedCost: number;
  /** Milliseconds from the call to its end. */
  readonly duration: number;
  /** Milliseconds from the call to its first token. Streams only. */
  readonly firstToken: number | undefined;
}

/** One thing that this process knows of a target, in a form that merges with what other processes know of it. */
export interface Replica {
  /** The same in every process with the same targets. */
  readonly key: string;
  /** What has been learned since it was last asked, as changes of `key`. Moments are on the scale of `now`. */
  changes(now: number): readonly Change[];
  /** Takes in what all processes know together. */
  absorb(fields: Readonly<Record<string, number>>, now: number): void;
}
