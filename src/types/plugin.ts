import type { Clock, Random } from './clock.ts';
import type { PluginEvent } from './event.ts';
import type { LookupHit, PartialHit } from './lookup.ts';
import type { PluginMethods } from './methods.ts';
import type { AnyRequest, AnyResult, Awaitable } from './operation.ts';
import type { CallOptions } from './options/call-options.ts';
import type { Candidate } from './options/strategy.ts';
import type { ResolvedChatRequest } from './provider.ts';
import type { EmbedRequest } from './request/embed.ts';
import type { ImageRequest } from './request/image.ts';
import type { ContentPart } from './request/message.ts';
import type { Reservation, Wait } from './reservation.ts';
import type { Decision, LookupSummary, Note, SkippedTarget } from './result/decision.ts';
import type { AttemptSummary, ChatResult } from './result/result.ts';
import type { StreamPart } from './result/stream-part.ts';
import type { Router } from './router.ts';
import type { Replica, Store } from './store.ts';
import type { PartTransform, Review } from './transform.ts';

export type { LiveAnswer, LookupHit, PartialHit } from './lookup.ts';
export type { AnyRequest, AnyResult, Awaitable } from './operation.ts';
export type { AttemptOutcome, Reservation, Wait } from './reservation.ts';
export type { Replica } from './store.ts';

/**
 * Extends every request of a router, whatever interface it came through. Each method is a station on the request's road; a plugin
 * implements those it needs. The order is fixed: inspect, lookup, (select the route), routed, exclude, (rank the targets), then for
 * each attempt reserve, (call), transform, review; observe follows all of it.
 *
 * Several plugins at one station run in the order of `plugins`: `inspect` and `transform` each receive the previous plugin's
 * output; the first hit of `lookup`, the first reason of `exclude` and the first rejection of `review` count; `reserve` needs all
 * of them to grant, or none is kept; `observe` runs for all.
 *
 * An error thrown by `inspect`, `exclude`, `reserve`, `transform` or `review` ends the request and reaches the caller unchanged, so
 * that nothing passes a broken check. An error of `lookup` or an observer never affects a request; it becomes a `plugin-error` event.
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
   * Maximum milliseconds for each `inspect`, `lookup` and `review`. A lookup that exceeds it is a miss; the others fail the request
   * with `PluginError`. `Infinity` leaves only the request's deadline. @default 5000
   */
  readonly timeout?: number;
  /** Methods that `createRouter` adds to the router, such as `{ budgets: () => [...reports] }` for `router.budgets()`. */
  readonly methods?: PluginMethods;
  /** Call options that the plugin adds, by name. Their types come from declaration merging with `CallOptions`. */
  readonly callOptions?: Readonly<Record<string, PluginCallOption>>;
  /** Fields that the plugin adds to a target's entry in `router.stats()`. Their types come from merging with `TargetReport`. */
  targetStats?(target: string): Readonly<Record<string, unknown>> | undefined;
  /** What it is configured to do, by kind and name, such as `{ limit: { tenants: { … } } }`. A ledger records when it changes. */
  readonly config?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Called once, by `createRouter`. May return a function that `router.close()` calls and awaits. */
  install?(host: PluginHost): (() => Awaitable<void>) | undefined;
  /** Prepares for the first request, as far as that helps. Called and awaited by `router.warmup()`, for ten seconds at most. */
  warmup?(): Awaitable<unknown>;
  /**
   * Inspects a request before any other station. Returns a replacement, or `undefined` to keep it. To refuse the request, throw
   * `RefusedError` or your own error.
   *
   * @example
   * inspect: ({ request }) => ({ ...request, messages: redact(request.messages) })
   */
  inspect?(context: RequestContext): Awaitable<AnyRequest | undefined>;
  /**
   * Inspects a request once more, after `select` has chosen its route; like `inspect`. Not called if the call names its route, which
   * `inspect` sees.
   */
  routed?(context: RequestContext): Awaitable<AnyRequest | undefined>;
  /** Answers a request, or a part of it, without a target; `undefined` for a miss. */
  lookup?(context: RequestContext): Awaitable<LookupHit | PartialHit | undefined>;
  /**
   * Returns why a target must not get a request; `undefined` if it may. Pure and synchronous: called for each target of the route,
   * also by `router.explain()`. The reason appears in `decision.skipped`.
   */
  exclude?(candidate: Candidate, context: RequestContext): Exclusion | undefined;
  /**
   * Reserves what an attempt needs before it starts. Synchronous. `undefined`: nothing needed. `{ retryAt }`: not available now, so
   * the router uses another target, or the same one later.
   */
  reserve?(attempt: AttemptPlan): Reservation | Wait | undefined;
  /**
   * Transforms an answer on its way to the caller: the parts of a stream as they arrive, or the content of a complete answer part
   * by part. Called once per answer; `undefined` to leave it unchanged.
   */
  transform?(context: RequestContext): PartTransform | undefined;
  /** Reviews a complete answer to a chat or stream. `undefined` accepts it. */
  review?(result: ChatResult, context: RequestContext): Awaitable<Review | undefined>;
  /**
   * Returns call options that requests sent on behalf of this one must carry, so that what holds for it also holds for them. See
   * `PluginHost.onBehalfOf`.
   */
  inherited?(context: RequestContext): Partial<CallOptions>;
  /** Observes a request; `undefined` to ignore it. Called in the caller's async context; see the guide to plugins. */
  observe?(context: RequestContext): RequestObserver | undefined;
}

/** A call option that a plugin adds. */
export interface PluginCallOption {
  /** Describes a valid value, such as `a list of guards`, for the `RequestError` about an invalid one; `undefined` if valid. */
  check(value: unknown): string | undefined;
  /** Combines the value of `router.with()` with the call's. @default the call's value */
  merge?(preset: unknown, call: unknown): unknown;
}

/** A plugin's access to its router. */
export interface PluginHost {
  /** The router that the plugin is part of. It takes requests once `createRouter` has returned. */
  readonly router: Router;
  /** What `createRouter` was called with. */
  readonly options: object;
  /** The router's `store`, through which plugins share state with other processes. */
  readonly store: Store;
  /** The router's clock. Use it instead of `Date.now` and `setTimeout`, so that tests run in virtual time. */
  readonly clock: Clock;
  /** The router's source of randomness. Use it instead of `Math.random` for reproducible results. */
  readonly random: Random;
  /** This process's knowledge of its targets, to share with other processes. */
  replicas(): Promise<readonly Replica[]>;
  /**
   * Calls `run` every `ms` milliseconds, never concurrently, until the returned function is called or the router closes. Does not
   * keep the process alive. An error becomes a `plugin-error` event.
   */
  every(ms: number, run: () => Awaitable<void>): () => void;
  /**
   * Sends a copy of a request to one target to measure it; no caller gets its answer. It makes one attempt and yields its slot to
   * any request that needs it. Its events have `mirror: true`.
   *
   * @param onEnd called once: when the copy has ended, or immediately if none is sent
   */
  shadow(context: RequestContext, target: string, onEnd?: () => void): void;
  /**
   * Keeps a request running for other requests that share its answer, until the returned function is called. Meanwhile its stream is
   * read whether or not its own reader reads, and an abort, a reader that leaves, or the deadline ends only its own call. On release,
   * a request whose caller has left ends at once. `undefined` if the request is over, or if the runtime isolates requests.
   */
  hold(context: RequestContext): (() => void) | undefined;
  /**
   * Call options for a request that the plugin sends on behalf of another one, such as to a model that judges it: its tenant, its
   * user, and what the plugins require of such requests.
   *
   * @example
   * await host.router.chat({ prompt }, { ...host.onBehalfOf(context), route: 'judge', signal: context.signal })
   */
  onBehalfOf(context: RequestContext): CallOptions;
  /** Reports an error of the plugin as a `plugin-error` event. */
  report(error: unknown): void;
  /** Emits an event to the router's listeners. */
  emit(event: PluginEvent): void;
}

/** The context of one request. The same object at every station, so it can be a `WeakMap` key. */
export type RequestContext =
  | RequestContextOf<'chat' | 'stream', ResolvedChatRequest>
  | RequestContextOf<'embed', EmbedRequest>
  | RequestContextOf<'image', ImageRequest>;

/** The fields that the contexts of all operations share. */
export interface RequestContextOf<Kind extends string, Request> {
  /** The request's id, equal to `requestId` in events. */
  readonly id: string;
  /** The method of the router that was called. */
  readonly operation: Kind;
  /** The request, with the replacements of earlier plugins. */
  readonly request: Request;
  /** The caller's own object. */
  readonly original: object;
  /** The call's options, combined with those of `router.with()`. */
  readonly options: CallOptions;
  /** Tenant from the call options. */
  readonly tenant: string | undefined;
  /** User from the call options. */
  readonly user: string | undefined;
  /** Tags from the call options; empty if the call sets none. */
  readonly tags: readonly string[];
  /** Session from the call options. */
  readonly session: string | undefined;
  /** Metadata from the call options; empty if the call sets none. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Its route; `undefined` before selection. */
  readonly route: string | undefined;
  /** The routing decision; `undefined` before routing. */
  readonly decision: Decision | undefined;
  /** When the call was made, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The request's deadline in milliseconds since 1970; `Infinity` if it has none. */
  readonly deadline: number;
  /** Aborts with the caller's signal, at the deadline, and when the router closes. */
  readonly signal: AbortSignal;
  /** Whether it is a copy sent with `host.shadow`. */
  readonly shadow: boolean;
  /** Records a fact in `decision.notes` and as a `note` event. Nothing secret: no text of the request. */
  note(note: Note): void;
}

/** A reason to exclude a target. */
export interface Exclusion {
  /** `over-budget` for what a limit over a period does not allow; `excluded` for all else. */
  readonly reason: 'excluded' | 'over-budget';
  /** An explanation for the decision trace. Must not contain secrets. */
  readonly detail?: string;
  /** When the reason is expected to pass, in milliseconds since 1970. */
  readonly retryAt?: number;
  /** Numbers and words behind it, for the decision trace. Must not contain secrets. */
  readonly facts?: NonNullable<SkippedTarget['facts']>;
  /** The error for the caller if no target is left. @default `NoTargetError` */
  readonly error?: Error;
}

/** An attempt that is about to start. */
export interface AttemptPlan {
  /** The request that it belongs to. */
  readonly context: RequestContext;
  /** The target, as a strategy sees it. */
  readonly target: Candidate['target'];
  /** Index of the key in the provider's `keys`; `undefined` if there is only one. */
  readonly key: number | undefined;
  /** 1 for the first attempt of the request. */
  readonly attempt: number;
  /** Whether it yields its slot to any request that needs it. */
  readonly preemptible: boolean;
  /** Estimated input tokens. */
  readonly inputTokens: number;
  /** Expected output tokens, from the route's previous answers. */
  readonly outputTokens: number;
  /** Expected cost in US$; `undefined` if no price is known. */
  readonly estimatedCost: number | undefined;
  /**
   * Highest cost of the attempt in US$: the whole prompt at the highest rate, and `maxOutputTokens`; without it, several times the
   * usual answer. `undefined` if no price is known.
   */
  readonly maxCost: number | undefined;
}

/** Observes one request. Its errors become events and affect nothing else. */
export interface RequestObserver {
  /** The route is selected and its targets are ranked. */
  routed?(decision: Decision): void;
  /** An attempt starts. */
  attempt?(attempt: AttemptPlan): AttemptObserver | undefined;
  /** A part of a stream as the target sent it, before transforms; a `restart` discards earlier parts. */
  part?(part: Exclude<StreamPart, { type: 'finish' }>): void;
  /** The complete answer of a target, before transforms and reviews; a later one replaces it. */
  answer?(answer: AnyResult): void;
  /** The request has ended. Called exactly once, whatever the outcome. */
  end?(summary: RequestSummary): void;
}

/** Observes one attempt. */
export interface AttemptObserver {
  /**
   * Wraps the provider's call; for a stream, until its first part. Must return the result of `call`.
   *
   * @example
   * around: (call) => context.with(trace.setSpan(context.active(), span), call)
   */
  around?<T>(call: () => T): T;
  /** The first token of a stream has arrived. */
  firstToken?(): void;
  /** The attempt has ended. Called exactly once. */
  end?(summary: AttemptSummary): void;
}

/** The outcome of a request. */
export interface RequestSummary {
  /** `aborted`: the caller left before the end. `failed`: it ended with an error. */
  readonly outcome: 'success' | 'failed' | 'aborted';
  /** The caller's result; for a stream, at its end. */
  readonly result: AnyResult | undefined;
  /** The target's own content, if plugins changed it on its way to the caller, as by restoring redacted values. Store this. */
  readonly given: readonly ContentPart[] | undefined;
  /** The caller's error, if there is no result. */
  readonly error: unknown;
  /** The answer, if the caller had left and the request was held for others. */
  readonly forOthers: AnyResult | undefined;
  /** The target that answered. */
  readonly target: string | undefined;
  /** All attempts in the order they ended, including successful ones. */
  readonly attempts: readonly AttemptSummary[];
  /** How the targets were chosen; `undefined` if the request ended before routing. */
  readonly decision: Decision | undefined;
  /** Set if a plugin's `lookup` answered. */
  readonly lookup: LookupSummary | undefined;
  /** Known cost in US$ of attempts that did not become the answer. */
  readonly wastedCost: number;
  /** Milliseconds from the call to its end. */
  readonly duration: number;
  /** Milliseconds from the call to its first token. Streams only. */
  readonly firstToken: number | undefined;
}
