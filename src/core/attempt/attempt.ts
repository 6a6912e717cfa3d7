import { ProviderError } from '../../errors.ts';
import type { Waiting } from '../../health/failure-detector.ts';
import type { FallbackKind } from '../../types/error.ts';
import type { VendorLimit } from '../../types/options/limit.ts';
import type { CallContext } from '../../types/provider.ts';
import type { AttemptSummary, ResponseInfo } from '../../types/result/result.ts';
import type { Cost, Usage } from '../../types/result/usage.ts';
import { LinkedAbort, type Signal, takesOwnSignals } from '../../util/time/abort.ts';
import { forRequest } from '../../util/time/pulse.ts';
import { realAbort } from '../../util/time/real-abort.ts';
import { report } from '../events/events-part.ts';
import type { AttemptSlot } from '../failover/race.ts';
import { recoveryPart } from '../failover/recovery-part.ts';
import { loadBilling, loadRest } from '../parts/rest.ts';
import type { RequestState } from '../request.ts';
import type { AttemptObservers } from '../stations/observe.ts';
import type { Channel, Target } from '../targets/target.ts';
import { emitHealthChange } from '../targets/target-health.ts';
import { AttemptTimer } from './attempt-timer.ts';
import { billingPart } from './billing/billing-part.ts';
import { type AttemptMeasures, type Billed, responseOf } from './billing/measures.ts';
import { learnLater, recordSuccess } from './record-outcome.ts';
import type { ChannelReservation } from './reservation.ts';

/** Starts an attempt. Throws only the abort reason of the request. */
export function beginAttempt(
  request: RequestState,
  reservation: ChannelReservation,
  slot: AttemptSlot,
): Attempt {
  if (!slot.signal.aborted) return new Attempt(request, reservation, slot);
  reservation.release(undefined);
  throw slot.signal.reason;
}

/** What each provider receives besides the request. A class, so that V8 allocates it with the attempt and frees it with it. */
class Carry implements CallContext {
  declare readonly model: string;
  declare readonly signal: AbortSignal;
  declare readonly connectTimeout: number;
  declare readonly onActivity: () => void;

  constructor(model: string, signal: AbortSignal, connectTimeout: number, onActivity: () => void) {
    this.model = model;
    this.signal = signal;
    this.connectTimeout = connectTimeout;
    this.onActivity = onActivity;
  }
}

/** One call to one target while it runs. It ends once, by `succeed`, `fail`, or `abandon`. */
export class Attempt {
  declare readonly target: Target;
  /** The target with the key in use. */
  declare readonly channel: Channel;
  /** Aborted when the attempt has to stop. */
  declare readonly signal: Signal;
  /** What the provider receives besides the request. */
  declare readonly carry: CallContext;
  declare readonly observers: AttemptObservers | undefined;
  /** The target shows that it works on the attempt. */
  declare readonly active: () => void;
  declare private readonly request: RequestState;
  declare private readonly reservation: ChannelReservation;
  /** 1 for the first attempt of the request. */
  declare private readonly number: number;
  declare private readonly startedAt: number;
  declare private readonly abort: LinkedAbort;
  declare private readonly timer: AttemptTimer;
  /** Registration with the failure detector, if the target's silence is meaningful. */
  declare private readonly waiting: Waiting | undefined;
  declare private firstTokenAt: number | undefined;
  declare private expired: boolean;

  constructor(request: RequestState, reservation: ChannelReservation, slot: AttemptSlot) {
    this.waiting = undefined;
    this.firstTokenAt = undefined;
    this.expired = false;
    const { env, operation, timeout, observers, options } = request;
    const { channel, plan } = reservation;
    const { target } = channel;
    this.request = request;
    this.reservation = reservation;
    this.channel = channel;
    this.target = target;
    request.started += 1;
    this.number = request.started;
    this.startedAt = env.clock.now();
    target.stats.start(this.startedAt);
    emitHealthChange(target, env, this.startedAt);
    this.abort = new LinkedAbort(slot.signal);
    const signal: Signal = this.abort;
    this.signal = signal;
    this.timer = new AttemptTimer(target, request, slot, this.startedAt, this);
    this.active = this.timer.active;
    // A native signal costs more than the rest of an attempt, so only providers that may pass it on get one.
    const passed =
      takesOwnSignals(channel.provider) && !target.deferred
        ? (signal as AbortSignal)
        : realAbort(signal).signal;
    const carry = new Carry(target.model, passed, timeout.connect, this.active);
    const isPlain =
      env.errors === undefined &&
      options.auth === undefined &&
      (target.settings ?? request.route.settings) === undefined &&
      !target.deferred &&
      options.history === undefined &&
      env.several.size === 0;
    this.carry = isPlain ? carry : { ...carry, ...env.parts.get(recoveryPart)?.addedCarry(request, channel) };
    if (operation.measuredAs !== undefined && !target.deferred)
      this.waiting = target.silence.begin(
        target.latencies[operation.measuredAs],
        request.pulse === undefined ? slot : { alarm: forRequest(request.pulse, () => slot.alarm()) },
        request.size,
        this.startedAt,
      );
    this.observers = plan === undefined ? undefined : observers?.attempt(plan);
    if (env.events.subscribed.size > 0)
      report(env, (events) => events.reportAttemptStart(request, channel, this.number));
  }

  /**
   * The attempt takes too long: another target is asked as well, or, where that must not be, this attempt ends with a
   * timeout.
   */
  overdue(summary: string): void {
    if (!this.timer.overdue(summary)) this.expire(summary);
  }

  /** Ends the attempt with a timeout. */
  expire(summary: string): void {
    this.expired = true;
    const { name: provider } = this.channel.provider;
    this.abort.abort(new ProviderError({ kind: 'timeout', provider, code: 'timeout', summary }));
  }

  /** Stops the provider's work without recording an outcome. */
  stop(): void {
    this.abort.abort(new ProviderError({ kind: 'aborted', provider: this.channel.provider.name }));
  }

  /** Records the limits reported by the vendor. */
  noteLimits(limits: readonly VendorLimit[] | undefined): void {
    if (limits === undefined || limits.length === 0 || this.#isCallersKey()) return;
    const { env } = this.request;
    const { vendorLimits } = this.channel;
    const now = env.clock.now();
    vendorLimits.note(limits, now);
    if (env.caches === undefined) learnLater(env, () => vendorLimits.note(limits, now));
  }

  /** Marks the first token: from now on, a failure is visible to the reader. */
  firstToken(): void {
    if (this.firstTokenAt !== undefined) return;
    this.firstTokenAt = this.request.env.clock.now();
    this.timer.begun();
    this.waiting?.answered(this.firstTokenAt);
    const { own, shared } = this.reservation;
    if (own.probe) this.target.breaker.begun(own);
    if (shared.probe) this.channel.key.endpoint.breaker.begun(shared);
    this.request.firstTokenAt ??= this.firstTokenAt;
    this.observers?.firstToken();
  }

  /** Whether the call brought its own key, which says nothing about the target's. */
  #isCallersKey(): boolean {
    return this.carry.auth?.apiKey !== undefined;
  }

  /** The cost of an answer; `undefined` without the code for costs. `estimate` fills in tokens the vendor did not count. */
  price(answer: Billed, estimate?: () => Usage): Cost | undefined {
    return this.request.env.parts.get(billingPart)?.priceOf(this.channel, this.request, answer, estimate);
  }

  /**
   * Records a complete answer.
   *
   * @param rejected why the answer was rejected although the target worked
   */
  succeed(usage: Usage, cost: Cost | undefined, response: ResponseInfo, rejected?: FallbackKind): void {
    const now = this.request.env.clock.now();
    this.waiting?.answered(now);
    const times = { startedAt: this.startedAt, firstTokenAt: this.firstTokenAt, now };
    recordSuccess(this.channel, this.reservation, this.request, usage, times);
    this.#end(now, {
      outcome: rejected === undefined ? 'success' : 'failed',
      ...(rejected === undefined ? {} : { error: { kind: rejected } }),
      ...responseOf(response),
      usage,
      ...(cost === undefined ? {} : { cost }),
      billed: 'yes',
    });
  }

  /** Loads the code for costs, and prices; `undefined` if they are loaded. Never rejects: without them, costs are unknown. */
  pricing(): Promise<unknown> | undefined {
    const { env, signal } = this.request;
    const prices = env.prices.ready();
    return env.isWhole ? prices : Promise.all([loadBilling(env, signal), prices]);
  }

  /** Loads the code that classifies failures, and prices; `undefined` if they are loaded. Never rejects: see `fail`. */
  loading(): Promise<unknown> | undefined {
    const { env, signal } = this.request;
    const pricing = this.pricing();
    return env.isWhole ? pricing : Promise.all([loadRest(env, signal).catch(() => {}), pricing]);
  }

  /**
   * Records a failure. `seen` is what is known of the answer so far. Without the code that classifies failures, it says nothing
   * about the target, and the caller gets it.
   */
  fail(error: ProviderError, seen: AttemptMeasures): void {
    const { env } = this.request;
    const { target } = this;
    const now = env.clock.now();
    // Otherwise a target that got slower would time out too early forever.
    if (this.expired || (error.kind === 'timeout' && this.timer.isAlive)) this.waiting?.gaveUp();
    const recovery = env.parts.get(recoveryPart);
    const failure = recovery?.failureOf(this.request, this.channel, error, seen, {
      startedAt: this.startedAt,
      firstTokenAt: this.firstTokenAt,
      now,
      passes: this.reservation,
      isCallersKey: this.#isCallersKey(),
    });
    target.stats.end(now, { failed: failure?.counts === true });
    this.#end(now, failure?.outcome ?? { outcome: 'failed', error: { kind: error.kind }, billed: 'unknown' });
    if (failure?.counts === true) recovery?.warnOf(this.request, target, error, now);
  }

  /** Records a complete answer that is not used: another one was faster, or the reader left. It is on the bill. */
  discard(usage: Usage, cost: Cost | undefined, response: ResponseInfo): void {
    const now = this.request.env.clock.now();
    this.target.stats.end(now, {});
    this.#end(now, {
      outcome: 'abandoned',
      ...responseOf(response),
      usage,
      ...(cost === undefined ? {} : { cost }),
      billed: 'yes',
    });
  }

  /** Ends the attempt without an outcome for the target. `sent`: whether the vendor may have started work. */
  abandon(seen: AttemptMeasures, sent: boolean): void {
    const now = this.request.env.clock.now();
    this.target.stats.end(now, {});
    const billing = this.request.env.parts.get(billingPart);
    const guess = sent
      ? { ...responseOf(seen.response), ...billing?.guessOf(this.channel, this.request, seen) }
      : {};
    this.#end(now, { outcome: 'abandoned', ...guess, billed: sent ? 'unknown' : 'no' });
  }

  #end(now: number, outcome: Omit<AttemptSummary, 'target' | 'duration' | 'firstToken'>): void {
    const { channel, target } = this;
    this.timer.stop();
    this.waiting?.end();
    this.abort.unlink();
    const firstTokenAt = this.firstTokenAt;
    const summary: AttemptSummary = {
      target: target.id,
      ...(channel.number === undefined ? {} : { key: channel.number }),
      ...(this.reservation.hedge ? { hedge: true } : {}),
      duration: now - this.startedAt,
      ...(firstTokenAt === undefined ? {} : { firstToken: firstTokenAt - this.startedAt }),
      ...outcome,
    };
    this.request.attempts.push(summary);
    this.reservation.release(summary);
    emitHealthChange(target, this.request.env, now);
    this.observers?.end(summary);
    const { env } = this.request;
    if (env.events.subscribed.size > 0)
      report(env, (events) => events.reportAttemptEnd(this.request, channel, this.number, summary));
  }
}
