import type { HealthNow } from '../health/cooldowns.ts';
import type { PriceBook } from '../pricing/price-book.ts';
import type { OutputLengths } from '../stats/output-lengths.ts';
import type { PromptCaches } from '../stats/prompt-caches.ts';
import type { Clock, Random } from '../types/clock.ts';
import type { QueuePolicy } from '../types/options/options.ts';
import type { Signal } from '../util/abort.ts';
import type { AwakeClock } from '../util/awake-clock.ts';
import type { Emitter } from '../util/emitter.ts';
import type { Pulse } from '../util/pulse.ts';
import type { Slot, SwapSet } from '../util/swap-set.ts';
import type { AdmissionQueue } from './admission/queue.ts';
import type { ResolvedPolicies } from './options/policies.ts';
import type { Affinity } from './routing/affinity.ts';
import { channelHealth, type Target } from './targets/target.ts';

/** A route with nothing left open. */
export interface Route {
  readonly name: string;
  readonly targets: readonly Target[];
  readonly policies: ResolvedPolicies;
  readonly outputs: OutputLengths;
  /** For strategies that look back. */
  readonly memory: { turn: number; previous: string | undefined };
}

/** A request under way. */
export interface ActiveRequest extends Slot {
  /** Ends it, from another request or from outside. */
  stop(reason: unknown): void;
  /** Only where requests are apart. */
  readonly apart?: ApartRequest;
}

/** What is known of a request that its runtime may drop without a word. */
export interface ApartRequest {
  readonly pulse: Pulse;
  /** Gives back all that it holds. It is not there any more to do so. */
  release(): void;
  /** When it was first found to be late with its pulse. */
  lateSince: number | undefined;
}

/** What all requests of one router share. */
export interface RouterContext {
  readonly clock: Clock;
  /** Of timeouts, and of how long targets take. */
  readonly awake: AwakeClock;
  readonly random: Random;
  readonly prices: PriceBook;
  readonly events: Emitter;
  readonly affinity: Affinity;
  readonly caches: PromptCaches;
  readonly queue: AdmissionQueue;
  readonly queueLimits: Required<QueuePolicy>;
  /** Aborted when the router is closed. */
  readonly closed: Signal;
  /** See `requestsAreApart`. */
  readonly apart: boolean;
  /** All requests under way, which end then. */
  readonly activeRequests: SwapSet<ActiveRequest>;
}

/** Tells listeners if the state of one of a target's channels is not what they were last told. Returns that of the first. */
export function emitHealthChange(
  { id, channels }: Target,
  env: RouterContext,
  now = env.clock.now(),
): HealthNow | undefined {
  let first: HealthNow | undefined;
  for (const channel of channels) {
    const health = channelHealth(channel, now);
    first ??= health;
    const { state, until } = health;
    if (state === channel.lastReportedHealth) continue;
    const previous = channel.lastReportedHealth;
    channel.lastReportedHealth = state;
    env.events.emit({
      type: 'target-state',
      target: id,
      ...(channel.number === undefined ? {} : { key: channel.number }),
      state,
      previous,
      retryAt: until === undefined ? undefined : toEpoch(until, env.clock),
    });
  }
  return first;
}

/** A monotonic moment as milliseconds since 1970, for those outside. */
export function toEpoch(moment: number, clock: Clock): number {
  return Math.round(clock.date() + moment - clock.now());
}
