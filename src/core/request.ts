import { DeadlineError, RouterError } from '../errors.ts';
import { type SizeClass, sizeClassOf } from '../stats/latency.ts';
import type { CallOptions, Interrupted, Priority } from '../types/options/options.ts';
import type { RankContext } from '../types/options/strategy.ts';
import type { AnyRequest, RequestContext } from '../types/plugin.ts';
import type { Schema } from '../types/request/schema.ts';
import type { Decision, LookupSummary } from '../types/result/decision.ts';
import type { AttemptSummary } from '../types/result/result.ts';
import { mergeDefined } from '../util/merge-defined.ts';
import { type LinkedAbort, linkedAbort, type Signal } from '../util/time/abort.ts';
import { type Pulse, pulse } from '../util/time/pulse.ts';
import { type Watchdog, watchdog } from '../util/time/watchdog.ts';
import type { ActiveRequest, RouterContext } from './context.ts';
import { releaseDropped } from './dropped.ts';
import type { Checked, Operation } from './operations/operation.ts';
import type { Requirements } from './operations/requirements.ts';
import { hedgeOver, type ResolvedPolicies, type ResolvedTimeouts } from './options/policies.ts';
import type { Route } from './routes.ts';
import type { RequestObservers } from './stations/observe.ts';
import { RequestView } from './stations/request-view.ts';
import type { Channel } from './targets/target.ts';

/** What a request is made from. */
export interface RequestInit<Request extends AnyRequest = AnyRequest> {
  readonly id: string;
  readonly env: RouterContext;
  readonly operation: Operation<Request>;
  /** The very object that the caller gave. */
  readonly original: object;
  readonly checked: Checked<Request>;
  readonly options: CallOptions;
  /** Its route; until `select` has chosen one, the one that is used where it cannot. */
  readonly route: Route;
  /** It is a copy, which nobody waits for. */
  readonly shadow?: boolean;
  /** `false`: `select` is about to choose its route. Default: `true`. */
  readonly isRouted?: boolean;
  /** Called once, when it is over. */
  readonly onEnd?: () => void;
}

/** All state of one request; nothing keeps it when the request is over. */
export class RequestState<Request extends AnyRequest = AnyRequest> {
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
  /** Aborts with the caller's reason, at the deadline, or when the router is closed. */
  readonly signal: Signal;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  /** In the order they ended. */
  readonly attempts: AttemptSummary[] = [];
  /** As it is sent: checked, in one form. */
  request: Request;
  /** The same as strategies and `select` see it: as the caller gave it. */
  asked: RankContext['request'];

  // By its route:
  route: Route;
  timeout!: ResolvedTimeouts;
  interrupted!: Interrupted;
  hedge!: ResolvedPolicies['hedge'];

  /** How many attempts have started. */
  started = 0;
  /** How the targets were chosen, once they have been. */
  decision: Decision | undefined;
  /** Which channels may take it, where it depends on what one vendor keeps. */
  pin: ((channel: Channel) => boolean) | undefined;
  firstTokenAt: number | undefined;
  /** Plugins that follow it. */
  observers: RequestObservers | undefined;
  /** Where a plugin had the answer. */
  lookup: LookupSummary | undefined;
  /** Only where requests are apart. */
  pulse: Pulse | undefined;
  /** Whether its route is known. */
  isRouted: boolean;

  #context: RequestContext | undefined;
  #needs: Requirements | undefined;
  #inputTokens: number | undefined;
  readonly #abort: LinkedAbort;
  readonly #onEnd: (() => void) | undefined;
  #active: ActiveRequest | undefined;
  #timer: Watchdog | undefined;
  /** When `timeout.request` is over: as `AwakeClock.now()`, because it is not over while the process stands still. */
  #timeoutAt = 0;
  /** When the call's `deadline` has come, which is a moment: as `Clock.now()`. */
  #deadlineAt = Number.POSITIVE_INFINITY;
  #cancelDeadline: (() => void) | undefined;
  #over = false;

  constructor({
    id,
    env,
    operation,
    original,
    checked,
    options,
    route,
    shadow = false,
    isRouted = true,
    onEnd,
  }: RequestInit<Request>) {
    this.id = id;
    this.env = env;
    this.operation = operation;
    this.original = original;
    this.asked = original as RankContext['request'];
    this.request = checked.request;
    this.schema = checked.schema;
    this.options = options;
    this.shadow = shadow;
    this.#onEnd = onEnd;
    this.isRouted = isRouted;
    this.priority = options.priority ?? 'normal';
    this.session = options.session;
    this.metadata = options.metadata ?? none;
    this.startedAt = env.clock.now();
    this.#abort = linkedAbort(options.signal);
    this.signal = this.#abort.signal;
    this.route = route;
    this.#adopt(route);
  }

  /**
   * Starts its time. Until then it is a mere question, as for `explain()`.
   *
   * @param drop ends it where its runtime has dropped it, see `requestsAreApart`
   */
  start(drop: (request: RequestState, reason: unknown) => void): void {
    const { env } = this;
    if (env.closed.aborted) this.stop(closedError());
    if (env.apart) {
      this.pulse = pulse(env.clock);
      releaseDropped(env.activeRequests.items, env.clock.now());
    }
    this.#active = activeOf(this, drop);
    env.activeRequests.add(this.#active);
    this.#watch();
  }

  /** Milliseconds until its deadline. */
  get timeLeft(): number {
    const { clock, awake } = this.env;
    const now = clock.now();
    return Math.min(this.#timeoutAt - awake.now(now), this.#deadlineAt - now);
  }

  /** The request as plugins see it. */
  get context(): RequestContext {
    this.#context ??= RequestView.of(this);
    return this.#context;
  }

  /** What it asks of a target, beside its size. */
  get needs(): Requirements {
    this.#needs ??= this.operation.requirements(this.request);
    return this.#needs;
  }

  /** Estimated when first read: counting a long prompt takes longer than all the rest of a choice. */
  get inputTokens(): number {
    this.#inputTokens ??= this.operation.inputTokens(this.request);
    return this.#inputTokens;
  }

  /** Whether `inputTokens` has been read. */
  get inputIsCounted(): boolean {
    return this.#inputTokens !== undefined;
  }

  /** How large the prompt is, by its characters. */
  get size(): SizeClass {
    return sizeClassOf(this.needs.characters);
  }

  /** Whether two targets may be asked at a time: not where the vendor keeps something of it or does something for it. */
  get mayBeSentTwice(): boolean {
    return this.operation.hedgeable && this.pin === undefined && !this.shadow && !this.needs.vendorTools;
  }

  /** A plugin has put another request in its place, which is checked as the caller's was. */
  replace(made: AnyRequest): void {
    // In another interface's form the request still says what it said before.
    const { origin: _, ...request }: AnyRequest & { origin?: unknown } = this.operation.check(made).request;
    this.request = request as Request;
    this.asked = request;
    this.#needs = undefined;
    this.#inputTokens = undefined;
  }

  /** The route has been selected. */
  setRoute(route: Route): void {
    this.isRouted = true;
    if (route === this.route) return;
    this.route = route;
    this.#adopt(route);
    this.#watch();
  }

  /** Stops all that is under way for it, as an abort of the caller's does. */
  readonly stop = (reason: unknown): void => this.#abort.abort(reason);

  /** Lets go of its timer and links. `false` where that has been done, or it never started. For `finishRequest` only. */
  release(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#timer?.stop();
    this.#cancelDeadline?.();
    this.pulse?.stop();
    this.#abort.unlink();
    this.#onEnd?.();
    return this.#active !== undefined && this.env.activeRequests.delete(this.#active);
  }

  #adopt({ policies }: Route): void {
    const { options, startedAt, env } = this;
    this.timeout =
      options.timeout === undefined ? policies.timeout : mergeDefined(policies.timeout, options.timeout);
    const now = env.clock.now();
    this.#timeoutAt = env.awake.now(now) + startedAt + this.timeout.request - now;
    if (options.deadline !== undefined) this.#deadlineAt = now + options.deadline - env.clock.date();
    this.interrupted = options.interrupted ?? policies.interrupted;
    this.hedge = hedgeOver(options.hedge, policies.hedge);
  }

  #watch(): void {
    if (this.#active === undefined) return;
    const { awake, clock } = this.env;
    const now = clock.now();
    const untilTimeout = this.#timeoutAt - awake.now(now);
    const untilDeadline = this.#deadlineAt - now;
    if (Math.min(untilTimeout, untilDeadline) <= 0) {
      this.#expire(untilDeadline < untilTimeout);
      return;
    }
    this.#timer ??= watchdog(awake, () => this.#expire(false));
    this.#timer.watch(untilTimeout, awake.now(now));
    if (untilDeadline < Number.POSITIVE_INFINITY)
      this.#cancelDeadline ??= clock.after(untilDeadline, () => this.#expire(true));
  }

  #expire(byDeadline: boolean): void {
    const { timeout, attempts, startedAt } = this;
    const had = Math.round(this.#deadlineAt - startedAt);
    this.stop(
      byDeadline
        ? new DeadlineError(had, attempts, 'deadline')
        : new DeadlineError(timeout.request, attempts),
    );
  }
}

const none: Readonly<Record<string, unknown>> = Object.freeze({});

/** How it is ended from another request. Where requests are apart it ends itself, with its next pulse. */
function activeOf(
  request: RequestState,
  drop: (request: RequestState, reason: unknown) => void,
): ActiveRequest {
  const { pulse: own, stop } = request;
  if (own === undefined) return { place: undefined, stop };
  return {
    place: undefined,
    stop: (reason) => own.post(() => stop(reason)),
    apart: {
      pulse: own,
      lateSince: undefined,
      release() {
        const reason = new DOMException('the runtime has dropped the request', 'AbortError');
        stop(reason);
        drop(request, reason);
      },
    },
  };
}

/** What calls of a closed router, and those under way when it is closed, end with. */
export function closedError(): RouterError {
  return new RouterError('closed', 'the router has been closed');
}
