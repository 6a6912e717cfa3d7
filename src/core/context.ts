import type { HealthNow } from '../health/cooldowns.ts';
import type { PriceBook } from '../pricing/price-book.ts';
import type { OutputLengths } from '../stats/output-lengths.ts';
import type { PromptCaches } from '../stats/prompt-caches.ts';
import type { Clock, Random } from '../types/clock.ts';
import type { QueuePolicy } from '../types/options/options.ts';
import type { Signal } from '../util/abort.ts';
import type { Emitter } from '../util/emitter.ts';
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

/** What all requests of one router share. */
/** A request under way. */
export interface ActiveRequest extends Slot {
  stop(reason: unknown): void;
}

export interface RouterContext {
  readonly clock: Clock;
  /** For what happens with every token, see `roughClock`. */
  readonly roughNow: () => number;
  readonly random: Random;
  readonly prices: PriceBook;
  readonly events: Emitter;
  readonly affinity: Affinity;
  readonly caches: PromptCaches;
  readonly queue: AdmissionQueue;
  readonly queueLimits: Required<QueuePolicy>;
  /** Aborted when the router is closed. */
  readonly closed: Signal;
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
