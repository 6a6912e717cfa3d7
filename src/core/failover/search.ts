import { AllTargetsFailedError, isRouterError, NoTargetError } from '../../errors.ts';
import { orAbort } from '../../util/time/abort.ts';
import { sleep, toEpoch } from '../../util/time/clock.ts';
import { limitedUntil } from '../admission/capacity.ts';
import { type Entry, queueOf } from '../admission/queue.ts';
import { isWithinLimits } from '../admission/spare-capacity.ts';
import { type AttemptError, isAttemptError } from '../attempt/attempt-error.ts';
import { failurePolicyOf, isStaleSocket } from '../attempt/failure/failure-policy.ts';
import { type ChannelReservation, reserve } from '../attempt/reservation.ts';
import type { RequestState } from '../request.ts';
import type { RoutingResult } from '../routing/candidates.ts';
import type { Channel } from '../targets/target.ts';
import { channelHealth } from '../targets/target-health.ts';
import { AttemptHistory, type Failed } from './attempt-history.ts';
import type { Cause } from './backup-request.ts';
import { backupAttempt } from './backup-request.ts';
import { ChannelOption, type Eligible } from './channel-option.ts';
import { type NextTarget, nextTarget } from './next-target.ts';
import { isReady } from './ready.ts';

/** The search of one request for its next target, by what its attempts so far have shown. */
export class TargetSearch {
  readonly history: AttemptHistory;
  readonly #request: RequestState;
  readonly #routing: RoutingResult;
  /** In the order to try them. */
  readonly #channels: readonly Channel[];

  constructor(request: RequestState, routing: RoutingResult, channels: readonly Channel[]) {
    this.#request = request;
    this.#routing = routing;
    this.#channels = channels;
    this.history = new AttemptHistory(request);
  }

  /** Records a failed attempt. */
  failed(channel: Channel, error: AttemptError, midStream: boolean): void {
    this.history.book(channel, error, midStream);
  }

  turnedAway(why: 'full' | 'late'): NoTargetError {
    return new NoTargetError(this.#routing.decision, this.#retryAt(), why);
  }

  /** Whether another target, or the same one again, may take over after a recorded failure. */
  mayGoOn(error: unknown, eligible: Eligible): boolean {
    return this.isPassedOn(error) && this.#next(eligible) !== undefined;
  }

  /** Whether the route passes requests on to other targets after this failure. */
  isPassedOn(error: unknown): boolean {
    if (!isAttemptError(error)) return false;
    return failurePolicyOf(error, this.#request.route.policies.fallbackOn).failover;
  }

  /** Starts a second attempt beside those in flight: see `backupAttempt`. */
  backup(cause: Cause, eligible: Eligible): ChannelReservation | number | undefined {
    return backupAttempt(this.#channels, cause, this.#request, this.history, eligible);
  }

  /** @param isPatient whether a forecast is worth waiting for */
  #next(
    eligible: Eligible,
    isPatient = true,
    now = this.#request.env.clock.now(),
  ): NextTarget<Channel> | undefined {
    const request = this.#request;
    const { history } = this;
    const { maxAttempts, retry } = request.route.policies;
    const { last } = history;
    if (history.tries === 0 && history.held === undefined) {
      for (const channel of this.#channels)
        if (eligible(channel.target) && isReady(channel, request, now)) return { channel, at: now };
    }
    const toOption = (channel: Channel): ChannelOption =>
      new ChannelOption(channel, request, history, eligible, now);
    return nextTarget(
      {
        options: this.#channels.map(toOption),
        tries: history.tries,
        maxAttempts,
        last: last && toOption(last.channel),
        wasUnread: last !== undefined && isStaleSocket(last.error),
        wouldStay: retry.prefer === 'same-target' && last !== undefined && passes(last),
        maxDelay: retry.maxDelay,
        maxWait: request.env.queueLimits.maxWait,
        timeLeft: request.timeLeft,
        isPatient,
      },
      now,
    );
  }

  /** Reserves what the attempt needs; `undefined` if a plugin delays it, so that the target must be chosen again. */
  #take({ channel }: NextTarget<Channel>, now: number): ChannelReservation | undefined {
    const reservation = reserve(channel, this.#request, now);
    if ('until' in reservation) {
      this.history.hold(channel, reservation, now);
      return undefined;
    }
    this.history.count(channel);
    return reservation;
  }

  /** Gets a slot at the best target, now or as soon as one is free. */
  async enter(eligible: Eligible): Promise<ChannelReservation> {
    const { env, signal } = this.#request;
    for (;;) {
      const now = env.clock.now();
      const next = this.#next(eligible, true, now);
      if (next === undefined) throw this.#nothingToTry();
      const pause = next.at - now;
      if (pause <= 0) {
        const taken = this.#take(next, now);
        if (taken !== undefined) return taken;
      } else if (this.history.ready !== undefined) {
        await this.#waitForPlugin(this.history.ready, now);
      } else if (pause === Number.POSITIVE_INFINITY || !this.history.hasTried(next.channel)) {
        const taken = await this.#waitForPlace(eligible);
        if (taken !== undefined) return taken;
      } else {
        // The pause before a retry does not count as queueing.
        await sleep(env.clock, pause, signal);
      }
    }
  }

  /** Outside the queue, so that requests behind this one do not wait for what only this one needs. */
  async #waitForPlugin(ready: Promise<unknown>, now: number): Promise<void> {
    const { env, signal } = this.#request;
    const { heldSince = now } = this.history;
    if (now - heldSince > env.queueLimits.maxWait) throw this.#nothingToTry('late');
    await orAbort(ready, signal);
    this.history.resume();
  }

  /** `undefined` where a plugin delays the request once there is a place. */
  #waitForPlace(
    eligible: Eligible,
  ): ChannelReservation | undefined | Promise<ChannelReservation | undefined> {
    const { env, priority, signal, timeLeft, pulse } = this.#request;
    const { size, maxWait } = env.queueLimits;
    const now = env.clock.now();
    const channels = this.#channels.filter((channel) => {
      const option = new ChannelOption(channel, this.#request, this.history, eligible, now);
      return option.isFresh || option.mayRetry;
    });
    const line = channels.map(({ target, number = '' }) => `${target.id} ${number}`).join('\n');
    if (this.#expectedWait(channels, line, now) > timeLeft) {
      const entry = this.#tryEnter(eligible, 'full');
      if ('got' in entry) return entry.got;
      throw this.#nothingToTry('late');
    }
    return queueOf(env).wait({
      priority,
      line,
      room: size,
      maxWait,
      forecastWait: timeLeft / 2,
      pulse,
      signal,
      tryEnter: (urgency) => this.#tryEnter(eligible, urgency),
      refusal: (why) => this.#nothingToTry(why),
    });
  }

  #tryEnter(
    eligible: Eligible,
    urgency: 'hurried' | 'full' | 'late' | undefined,
  ): Entry<ChannelReservation | undefined> {
    const { clock } = this.#request.env;
    this.history.released();
    for (;;) {
      const now = clock.now();
      const next = this.#next(eligible, urgency === undefined, now);
      if (next === undefined) throw this.#nothingToTry();
      // A learned limit may delay a request but never refuses one.
      const onlyLearned = next.at === Number.POSITIVE_INFINITY && isWithinLimits(next.channel);
      if (next.at > now && !(urgency === 'late' && onlyLearned)) return { until: next.at };
      const got = this.#take(next, now);
      if (got !== undefined) return { got };
      const mayLeave = urgency === undefined || urgency === 'hurried';
      if (this.history.ready !== undefined && mayLeave) return { got: undefined };
      if (next.at > now) return { until: next.at };
    }
  }

  /** The expected time until the requests ahead in the queue are done; 0 without enough samples. */
  #expectedWait(channels: readonly Channel[], line: string, now: number): number {
    const { env, priority } = this.#request;
    let perMillisecond = 0;
    for (const { target, concurrency } of channels) {
      const places = Math.min(...concurrency.map(({ cap }) => cap.limit));
      perMillisecond += places / (target.stats.usualDuration(now) ?? 0);
    }
    return queueOf(env).before(line, priority) / perMillisecond;
  }

  /** When the first target is expected to be available: milliseconds since 1970. */
  #retryAt(): number | undefined {
    const { clock } = this.#request.env;
    const now = clock.now();
    const times = this.#channels.flatMap((channel) => {
      const { until } = channelHealth(channel, now);
      const held = this.history.heldUntil(channel);
      const limited = Math.max(limitedUntil(channel, this.#request, now), Number.isFinite(held) ? held : 0);
      return until ?? (limited > now ? limited : []);
    });
    return times.length === 0 ? undefined : toEpoch(Math.min(...times), clock);
  }

  #nothingToTry(why?: 'full' | 'late'): unknown {
    const { last } = this.history;
    if (last !== undefined) return last.error;
    const { refusal, decision } = this.#routing;
    if (refusal !== undefined && this.#channels.length === 0) return refusal(decision);
    return new NoTargetError(decision, this.#retryAt(), why);
  }

  /** The error for the caller. */
  finalError(error: unknown): unknown {
    const { attempts, route } = this.#request;
    if (!isRouterError(error, 'provider')) return error;
    if (!failurePolicyOf(error, route.policies.fallbackOn).failover) return error;
    return new AllTargetsFailedError(attempts, error, this.#routing.decision, this.#retryAt());
  }
}

/** Whether a failure of this kind usually passes within moments. */
function passes({ error, midStream }: Failed): boolean {
  if (midStream || !isRouterError(error, 'provider')) return false;
  return ['rate-limit', 'overloaded', 'server', 'network'].includes(error.kind);
}
