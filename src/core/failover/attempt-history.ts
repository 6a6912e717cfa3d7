import { isRouterError } from '../../errors.ts';
import type { AttemptError } from '../attempt/attempt-error.ts';
import { failurePolicyOf, isStaleSocket } from '../attempt/failure/failure-policy.ts';
import type { RequestState } from '../request.ts';
import type { Channel, Target } from '../targets/target.ts';
import { channelHealth } from '../targets/target-health.ts';

/** A failure and its channel. */
export interface Failed {
  readonly channel: Channel;
  readonly error: AttemptError;
  /** It interrupted a stream. */
  readonly midStream: boolean;
}

interface Tried {
  readonly times: number;
  readonly error: AttemptError;
  /** When the pause before a retry ends; monotonic. */
  readonly retryAt: number;
}

/** The attempts of one request and their outcomes. */
export class AttemptHistory {
  /** Attempts granted so far. */
  tries = 0;
  last: Failed | undefined;
  /** Number of attempts in flight at each channel that has one. */
  readonly busy = new Map<Channel, number>();
  /** Channels for which a plugin delays the request, and until when. */
  held: Map<Channel, number> | undefined;
  readonly #request: RequestState;
  readonly #tried = new Map<Channel, Tried>();
  readonly #starts = new Map<Channel, number>();
  /** Targets whose failure does not depend on the key. */
  readonly #spent = new Set<Target>();

  constructor(request: RequestState) {
    this.#request = request;
  }

  /** Records a failed attempt. */
  book(channel: Channel, error: AttemptError, midStream: boolean): void {
    const { env, route } = this.#request;
    const { retry, fallbackOn } = route.policies;
    const times = (this.#tried.get(channel)?.times ?? 0) + 1;
    // Full jitter: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    const bound = Math.min(retry.maxDelay, retry.minDelay * 2 ** (times - 1));
    const delay = isStaleSocket(error) ? 0 : (retryAfterOf(error) ?? env.random() * bound);
    this.#tried.set(channel, { times, error, retryAt: env.clock.now() + delay });
    if (!failurePolicyOf(error, fallbackOn).anotherKey) this.#spent.add(channel.target);
    this.last = { channel, error, midStream };
  }

  enter(channel: Channel): void {
    this.busy.set(channel, (this.busy.get(channel) ?? 0) + 1);
  }

  leave(channel: Channel): void {
    const others = (this.busy.get(channel) ?? 1) - 1;
    if (others === 0) this.busy.delete(channel);
    else this.busy.set(channel, others);
  }

  hasTried(channel: Channel): boolean {
    return this.#tried.has(channel);
  }

  /** When the pause before a retry ends; 0 if the channel has not been tried. */
  retryAt(channel: Channel): number {
    return this.#tried.get(channel)?.retryAt ?? 0;
  }

  /** Whether the channel may get its first attempt. */
  isFresh(channel: Channel): boolean {
    return !this.#tried.has(channel) && !this.busy.has(channel) && !this.#spent.has(channel.target);
  }

  /** Whether a retry on the same target can help and the retry budget allows it. */
  mayRetry(channel: Channel): boolean {
    const before = this.#tried.get(channel);
    if (before === undefined) return false;
    const { retry, retries, fallbackOn } = this.#request.route.policies;
    if (Math.max(before.times, this.#starts.get(channel) ?? 0) > retry.sameTarget) return false;
    if (!failurePolicyOf(before.error, fallbackOn).retry) return false;
    return this.#isFree(channel, before.error) || retries.has(this.#request.env.clock.now());
  }

  /** Whether a channel with an attempt in flight may get a second one beside it. */
  mayDouble(channel: Channel): boolean {
    const { retry, retries } = this.#request.route.policies;
    if (!this.busy.has(channel) || (this.#starts.get(channel) ?? 0) > retry.sameTarget) return false;
    return this.#isKnownToFail(channel) || retries.has(this.#request.env.clock.now());
  }

  /** Counts a granted attempt and charges a retry to the retry budget. */
  count(channel: Channel): void {
    this.tries += 1;
    const starts = this.#starts.get(channel) ?? 0;
    this.#starts.set(channel, starts + 1);
    const before = this.#tried.get(channel);
    if (before === undefined && !this.busy.has(channel)) return;
    if (before === undefined ? this.#isKnownToFail(channel) : this.#isFree(channel, before.error)) return;
    this.#request.route.policies.retries.spend(this.#request.env.clock.now());
  }

  /** Records that a plugin delays the request at a channel. */
  hold(channel: Channel, until: number): void {
    this.held ??= new Map();
    this.held.set(channel, until);
  }

  /** Until when a plugin delays the request at a channel; 0 if none does. */
  heldUntil(channel: Channel): number {
    return this.held?.get(channel) ?? 0;
  }

  /** Any attempt has ended, so plugins that wait for that are asked again. */
  released(): void {
    for (const [channel, until] of this.held ?? [])
      if (until === Number.POSITIVE_INFINITY) this.held?.delete(channel);
  }

  /** A last-resort attempt at a failing target does not count as a retry. */
  #isFree(channel: Channel, error: AttemptError): boolean {
    return isStaleSocket(error) || this.#isKnownToFail(channel);
  }

  #isKnownToFail(channel: Channel): boolean {
    return channelHealth(channel, this.#request.env.clock.now()).state !== 'healthy';
  }
}

function retryAfterOf(error: AttemptError): number | undefined {
  return isRouterError(error, 'provider') ? error.retryAfter : undefined;
}
