import { DeadlineError, RouterError } from '../errors.ts';
import type { TokenDemand } from '../limits/no-limits.ts';
import { countingPart } from '../pricing/counting-part.ts';
import { roughTokens, type SizeClass, sizeClassOf } from '../stats/size-class.ts';
import type { CallOptions } from '../types/options/call-options.ts';
import type { Interrupted, Priority } from '../types/options/options.ts';
import type { RankContext } from '../types/options/strategy.ts';
import type { AnyRequest, PartialHit, RequestContext } from '../types/plugin.ts';
import type { ContentPart } from '../types/request/message.ts';
import type { Schema } from '../types/request/schema.ts';
import type { Decision, LookupSummary, Note } from '../types/result/decision.ts';
import type { AttemptSummary } from '../types/result/result.ts';
import { LinkedAbort, type Signal } from '../util/time/abort.ts';
import { type Pulse, pulse } from '../util/time/pulse.ts';
import { Watchdog } from '../util/time/watchdog.ts';
import type { ActiveRequest, RouterContext } from './context.ts';
import { activeRequest, releaseDropped } from './dropped.ts';
import type { Holding } from './holding.ts';
import { fullCheckPart } from './operations/check/full-check-part.ts';
import type { Operation } from './operations/operation.ts';
import type { Requirements } from './operations/requirements.ts';
import { hedgeOver, type ResolvedPolicies, type ResolvedTimeouts, timeoutsOver } from './options/policies.ts';
import type { RequestInit } from './options/request-init.ts';
import { closedError, noMetadata } from './request-facts.ts';
import type { Route } from './routes.ts';
import type { RequestObservers } from './stations/observe.ts';
import type { Channel, Target } from './targets/target.ts';

/** All state of one request. Nothing references it after the request has ended. */
export class RequestState<Request extends AnyRequest = AnyRequest> implements ActiveRequest {
  readonly id: string;
  readonly env: RouterContext;
  readonly operation: Operation<Request>;
  readonly original: object;
  readonly schema: Schema | undefined;
  readonly options: CallOptions;
  readonly shadow: boolean;
  readonly priority: Priority;
  readonly session: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Aborts with the caller's signal, at the deadline, or when the router closes. */
  readonly signal: Signal;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  /** In the order they ended. */
  readonly attempts: AttemptSummary[] = [];
  /** The checked and normalized request, as it is sent. */
  request: Request;
  /** The caller's form of it, which strategies and `select` see. */
  asked: RankContext['request'];

  // Set with its route:
  route: Route;
  timeout!: ResolvedTimeouts;
  interrupted!: Interrupted;
  hedge!: ResolvedPolicies['hedge'];

  /** Attempts started so far. */
  started = 0;
  /** The channels that may take it, if it depends on state at one vendor. */
  pin: ((channel: Channel) => boolean) | undefined;
  firstTokenAt: number | undefined;
  /** The plugins' observers of this request. */
  observers: RequestObservers | undefined;
  /** Who keeps it running; `undefined` if only its caller can. */
  readonly holding: Holding | undefined;
  /** The plugin lookup that answered it, or a part of it. */
  lookup: LookupSummary | undefined;
  /** Combines the answer with the part that a plugin had. */
  complete: PartialHit['complete'] | undefined;
  /** The target's own content, if plugins changed it. */
  given: readonly ContentPart[] | undefined;
  /** What plugins have recorded about it. */
  notes: Note[] | undefined;
  /** Only in runtimes that isolate requests. */
  pulse: Pulse | undefined;
  /** Whether its route is final. */
  isRouted: boolean;

  #decision: Decision | undefined;
  /** Set if it is to be explained when someone reads the decision. */
  #routing: { readonly decision: Decision } | undefined;
  #context: RequestContext | undefined;
  #needs: Requirements | undefined;
  #inputTokens: number | undefined;
  readonly #abort = new LinkedAbort();
  readonly #onEnd: (() => void) | undefined;
  /** See `Slot`. */
  place: number | undefined;
  #active: ActiveRequest | undefined;
  #timer: Watchdog | undefined;
  /** When `timeout.request` ends, on `AwakeClock`, so that time in which the process is frozen does not count. */
  #timeoutAt = 0;
  /** The call's `deadline`, a moment of `Clock`. */
  #deadlineAt = Number.POSITIVE_INFINITY;
  #cancelDeadline: (() => void) | undefined;
  #over = false;

  constructor(init: RequestInit<Request>) {
    const { env, checked, options, route } = init;
    this.id = init.id;
    this.env = env;
    this.operation = init.operation;
    this.original = init.original;
    this.asked = init.original as RankContext['request'];
    this.request = checked.request;
    this.schema = checked.schema;
    this.options = options;
    this.shadow = init.shadow === true;
    this.#onEnd = init.onEnd;
    this.isRouted = init.isRouted !== false;
    this.priority = options.priority ?? 'normal';
    this.session = options.session;
    this.metadata = options.metadata ?? noMetadata;
    this.startedAt = env.clock.now();
    this.signal = this.#abort;
    const { signal } = options;
    if (signal?.aborted) this.stop(signal.reason);
    else signal?.addEventListener('abort', this, { once: true });
    this.holding = env.apart ? undefined : env.stations.holding?.(this);
    this.route = route;
    this.#adopt(route, this.startedAt);
  }

  /**
   * Starts its timers. A request for `explain()` never starts.
   *
   * @param drop ends it if its runtime has dropped it, see `requestsAreApart`
   */
  start(drop: (request: RequestState, reason: unknown) => void): void {
    const { env } = this;
    if (env.closed.aborted || env.draining.now) this.stop(closedError());
    if (env.apart) {
      this.pulse = pulse(env.clock);
      releaseDropped(env.activeRequests.items, env.clock.now());
    }
    this.#active =
      this.pulse === undefined ? this : activeRequest(this, this.pulse, (reason) => drop(this, reason));
    env.activeRequests.add(this.#active);
    this.#watch(this.startedAt);
  }

  /** The routing decision, once made. */
  get decision(): Decision | undefined {
    this.#decision ??= this.#routing?.decision;
    return this.#decision;
  }

  set decision(decision: Decision | undefined) {
    this.#decision = decision;
    this.#routing = undefined;
  }

  /** Whether it has been made but not explained. */
  get isUnexplained(): boolean {
    return this.#decision === undefined && this.#routing !== undefined;
  }

  /** @param isLate whether it is explained when someone reads it */
  decide(routing: { readonly decision: Decision }, isLate: boolean): void {
    this.#routing = isLate ? routing : undefined;
    this.#decision = isLate ? undefined : routing.decision;
  }

  /** Milliseconds until its deadline. */
  get timeLeft(): number {
    const { clock, awake } = this.env;
    const now = clock.now();
    return Math.min(this.#timeoutAt - awake.now(now), this.#deadlineAt - now);
  }

  /** The plugins' view of the request. */
  get context(): RequestContext {
    this.#context ??= this.env.stations.viewOf(this);
    return this.#context;
  }

  /** What it requires of a target, beside its size. */
  get needs(): Requirements {
    this.#needs ??= this.operation.requirements(this.request, this.env.parts);
    return this.#needs;
  }

  /** Estimated when first read, because counting a long prompt takes longer than the rest of routing. */
  get inputTokens(): number {
    if (this.#inputTokens !== undefined) return this.#inputTokens;
    const counter = this.env.parts.get(countingPart);
    if (counter === undefined) return roughTokens(this.needs.characters); // until the code is loaded
    this.#inputTokens = this.operation.inputTokens(this.request, counter);
    return this.#inputTokens;
  }

  /** The tokens that an attempt at a target is expected to use. */
  tokensAt(target: Target, now: number): TokenDemand {
    return { input: this.inputTokens, output: this.operation.outputTokens(target, this, now) };
  }

  /** Whether the tokens of the input have been counted. */
  get inputIsCounted(): boolean {
    return this.#inputTokens !== undefined;
  }

  /** The size class of the prompt, by characters. */
  get size(): SizeClass {
    return sizeClassOf(this.needs.characters);
  }

  /** Whether two targets may be asked at once: not if the vendor keeps state of the request or runs a tool for it. */
  get mayBeSentTwice(): boolean {
    return this.operation.hedgeable && this.pin === undefined && !this.shadow && !this.needs.vendorTools;
  }

  /** Replaces the request by a plugin's, which is checked like the caller's. */
  replace(made: AnyRequest): void {
    // The original in another interface's form is stale now.
    const checked = this.operation.check(made, this.env.parts.get(fullCheckPart));
    if (checked === undefined) throw new RouterError('not-loaded', 'the check of requests is not loaded');
    const { origin: _, ...request }: AnyRequest & { origin?: unknown } = checked.request;
    this.request = request as Request;
    this.asked = request;
    this.#needs = undefined;
    this.#inputTokens = undefined;
  }

  /** Sets the selected route. */
  setRoute(route: Route): void {
    this.isRouted = true;
    if (route === this.route) return;
    this.route = route;
    const now = this.env.clock.now();
    this.#adopt(route, now);
    this.#watch(now);
  }

  /** Stops all work for it, like an abort by the caller. */
  stop(reason: unknown): void {
    this.#abort.abort(reason);
  }

  /** The caller's signal has aborted. */
  handleEvent(): void {
    this.#leave(this.options.signal?.reason, 'aborted');
  }

  /** Whether it has started and is not ending. */
  get isUnderWay(): boolean {
    return !this.#over && !this.signal.aborted && this.#active !== undefined;
  }

  /** Releases its timer and links. `false` if already released or never started. */
  release(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#timer?.stop();
    this.#cancelDeadline?.();
    this.pulse?.stop();
    this.options.signal?.removeEventListener('abort', this);
    this.#onEnd?.();
    return this.#active !== undefined && this.env.activeRequests.delete(this.#active);
  }

  #adopt({ policies }: Route, now: number): void {
    const { options, startedAt, env } = this;
    this.timeout = timeoutsOver(options, policies.timeout);
    this.#timeoutAt = env.awake.now(now) + startedAt + this.timeout.request - now;
    if (options.deadline !== undefined) this.#deadlineAt = now + options.deadline - env.clock.date();
    this.interrupted = options.interrupted ?? policies.interrupted;
    this.hedge = options.hedge === undefined ? policies.hedge : hedgeOver(options.hedge, policies.hedge);
  }

  #watch(now: number): void {
    if (this.#active === undefined) return;
    const { awake, clock } = this.env;
    const awakeNow = awake.now(now);
    const untilTimeout = this.#timeoutAt - awakeNow;
    const untilDeadline = this.#deadlineAt - now;
    if (Math.min(untilTimeout, untilDeadline) <= 0) {
      this.expired(untilDeadline < untilTimeout);
      return;
    }
    this.#timer ??= new Watchdog(awake, this);
    this.#timer.watch(untilTimeout, awakeNow);
    if (untilDeadline < Number.POSITIVE_INFINITY)
      this.#cancelDeadline ??= clock.after(untilDeadline, () => this.expired(true));
  }

  #leave(reason: unknown, outcome: 'aborted' | 'failed'): void {
    if (this.holding === undefined) this.stop(reason);
    else this.holding.leave(reason, outcome);
  }

  /** `timeout.request` is over, or the call's deadline. */
  expired(byDeadline = false): void {
    const { timeout, attempts, startedAt } = this;
    const had = byDeadline ? Math.round(this.#deadlineAt - startedAt) : timeout.request;
    this.#leave(new DeadlineError(had, attempts, byDeadline ? 'deadline' : undefined), 'failed');
  }
}
