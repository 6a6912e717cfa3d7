import { isRouterError } from '../../errors.ts';
import type { HealthNow } from '../../health/cooldowns.ts';
import { breakersAdmit, declaredUntil, hasCapacity, limitedUntil } from '../admission/capacity.ts';
import type { RequestState } from '../request.ts';
import { contextLengthOf } from '../routing/context-length.ts';
import { latencyOf } from '../targets/latency-of.ts';
import type { Channel, Target } from '../targets/target.ts';
import { channelHealth } from '../targets/target-health.ts';
import type { AttemptHistory } from './attempt-history.ts';
import { heldBack, type Option } from './next-target.ts';

/** Decides which targets are eligible. */
export type Eligible = (target: Target) => boolean;

/** A channel as an option for one request at one moment. Fields are computed when read. */
export class ChannelOption implements Option<Channel> {
  readonly channel: Channel;
  readonly #request: RequestState;
  readonly #history: AttemptHistory;
  readonly #eligible: Eligible;
  readonly #now: number;
  #health: HealthNow | undefined;

  constructor(
    channel: Channel,
    request: RequestState,
    history: AttemptHistory,
    eligible: Eligible,
    now: number,
  ) {
    this.channel = channel;
    this.#request = request;
    this.#history = history;
    this.#eligible = eligible;
    this.#now = now;
  }

  get target(): Target {
    return this.channel.target;
  }

  get isFresh(): boolean {
    const { channel } = this;
    return (
      !channel.target.isRemoved &&
      this.#history.isFresh(channel) &&
      this.#eligible(channel.target) &&
      this.#hasRoom()
    );
  }

  get mayRetry(): boolean {
    return !this.target.isRemoved && this.#eligible(this.target) && this.#history.mayRetry(this.channel);
  }

  get state(): HealthNow['state'] {
    return this.#healthNow().state;
  }

  get isHealthy(): boolean {
    const now = this.#now;
    const { silence } = this.channel.target;
    if (heldBack.includes(this.#healthNow().state) || (silence.suspected && !silence.admits(now)))
      return false;
    if (this.forecastUntil > now || (this.#history.held !== undefined && this.#heldUntil() > now))
      return false;
    return this.#request.route.policies.breaker === false || breakersAdmit(this.channel, now);
  }

  get hasCapacity(): boolean {
    return hasCapacity(this.channel) && this.#history.held?.get(this.channel) !== Number.POSITIVE_INFINITY;
  }

  get declaredUntil(): number {
    const declared = declaredUntil(this.channel, this.#request, this.#now);
    return Math.max(declared, this.#heldUntil());
  }

  get forecastUntil(): number {
    return limitedUntil(this.channel, this.#request, this.#now);
  }

  get returnsAt(): number {
    return this.#healthNow().until ?? 0;
  }

  get retryAt(): number {
    return this.#history.retryAt(this.channel);
  }

  /** Even a request with little time left gets one attempt. */
  get canFinish(): boolean {
    const { measuredAs } = this.#request.operation;
    if (this.#history.tries === 0 || measuredAs === undefined) return true;
    const usual = latencyOf(this.target, measuredAs, 0.5, this.#now) ?? 0;
    return usual < this.#request.timeLeft;
  }

  /** Waiting for another attempt to end has no known moment, so it counts as a lack of capacity. */
  #heldUntil(): number {
    const held = this.#history.heldUntil(this.channel);
    return held === Number.POSITIVE_INFINITY ? 0 : held;
  }

  /** After a request was too long for one target, only a target with a larger context can take it. */
  #hasRoom(): boolean {
    const { last } = this.#history;
    if (last === undefined || !isRouterError(last.error, 'provider')) return true;
    const { env, route } = this.#request;
    if (
      last.error.kind !== 'context-length' ||
      route.policies.fallbackOn({ kind: 'context-length' }) === true
    )
      return true;
    const had = contextLengthOf(last.channel.target, env);
    const has = contextLengthOf(this.target, env);
    return had === undefined || has === undefined || has > had;
  }

  #healthNow(): HealthNow {
    this.#health ??= channelHealth(this.channel, this.#now);
    return this.#health;
  }
}
