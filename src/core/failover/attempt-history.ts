import { isRouterError } from '../../errors.ts';
import { type AttemptError, failurePolicyOf, isStaleSocket } from '../attempt/failure-policy.ts';
import type { RequestState } from '../request.ts';
import type { Channel, Target } from '../targets/target.ts';
import { channelHealth } from '../targets/target-health.ts';

/** A failure, and where it was. */
export interface Failed {
  readonly channel: Channel;
  readonly error: AttemptError;
  /** In the middle of a stream. */
  readonly midStream: boolean;
}

interface Tried {
  readonly times: number;
  readonly error: AttemptError;
  /** When the pause before a retry is over; monotonic. */
  readonly retryAt: number;
}

/** What one request has tried so far, and with what outcome. */
export class AttemptHistory {
  /** Attempts that have been granted. */
  tries = 0;
  last: Failed | undefined;
  /** How many attempts are under way at each channel that has one. */
  readonly busy = new Map<Channel, number>();
  readonly #request: RequestState;
  readonly #tried = new Map<Channel, Tried>();
  readonly #starts = new Map<Channel, number>();
  /** Targets that failed in a way that another key would not change. */
  readonly #spent = new Set<Target>();
  /** Channels at which a plugin makes the request wait, and until when. */
  #held: Map<Channel, number> | undefined;

  constructor(request: RequestState) {
    this.#request = request;
  }

  /** Books a failed attempt. */
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

  /** When the pause before a retry is over; 0 where it has not been tried. */
  retryAt(channel: Channel): number {
    return this.#tried.get(channel)?.retryAt ?? 0;
  }

  /** Whether nothing that has happened speaks against asking it for the first time. */
  isFresh(channel: Channel): boolean {
    return !this.#tried.has(channel) && !this.busy.has(channel) && !this.#spent.has(channel.target);
  }

  /** Whether the same target may do better a little later, and a retry is affordable. */
  mayRetry(channel: Channel): boolean {
    const before = this.#tried.get(channel);
    if (before === undefined) return false;
    const { retry, retries, fallbackOn } = this.#request.route.policies;
    if (Math.max(before.times, this.#starts.get(channel) ?? 0) > retry.sameTarget) return false;
    if (!failurePolicyOf(before.error, fallbackOn).retry) return false;
    return this.#isFree(channel, before.error) || retries.has(this.#request.env.clock.now());
  }

  /** Whether a channel with an attempt under way may get another one beside it. */
  mayDouble(channel: Channel): boolean {
    const { retry, retries } = this.#request.route.policies;
    if (!this.busy.has(channel) || (this.#starts.get(channel) ?? 0) > retry.sameTarget) return false;
    return this.#isKnownToFail(channel) || retries.has(this.#request.env.clock.now());
  }

  /** An attempt is granted: it counts, and is charged to the budget of retries where it is one. */
  count(channel: Channel): void {
    this.tries += 1;
    const starts = this.#starts.get(channel) ?? 0;
    this.#starts.set(channel, starts + 1);
    const before = this.#tried.get(channel);
    if (before === undefined && !this.busy.has(channel)) return;
    if (before === undefined ? this.#isKnownToFail(channel) : this.#isFree(channel, before.error)) return;
    this.#request.route.policies.retries.spend(this.#request.env.clock.now());
  }

  /** A plugin makes the request wait at a channel. */
  hold(channel: Channel, until: number): void {
    this.#held ??= new Map();
    this.#held.set(channel, until);
  }

  /** Until when a plugin makes it wait there; 0 where none does. */
  heldUntil(channel: Channel): number {
    return this.#held?.get(channel) ?? 0;
  }

  /** An attempt of any request has ended: plugins that wait for that are to be asked again. */
  released(): void {
    for (const [channel, until] of this.#held ?? [])
      if (until === Number.POSITIVE_INFINITY) this.#held?.delete(channel);
  }

  /** Asking a target again that is known to fail, because nothing else is left, adds nothing to its load. */
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
