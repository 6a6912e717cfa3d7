import type { Bag, Kept } from '../health/bag.ts';
import type { HealthNow } from '../health/health.ts';
import type { OutputLengths } from '../health/output-lengths.ts';
import type { PromptCaches } from '../health/prompt-caches.ts';
import type { PriceBook } from '../pricing/price-book.ts';
import type { Clock, Random } from '../types/clock.ts';
import type { Signal } from './abort.ts';
import type { Bindings } from './bindings.ts';
import type { Emitter } from './emitter.ts';
import type { ResolvedPolicies } from './policies.ts';
import { channelHealth, type Target } from './target.ts';
import type { WaitingRoom } from './waiting-room.ts';

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
export interface LiveRun extends Kept {
  stop(reason: unknown): void;
}

export interface Environment {
  readonly clock: Clock;
  /** For what happens with every token, see `roughClock`. */
  readonly roughNow: () => number;
  readonly random: Random;
  readonly prices: PriceBook;
  readonly events: Emitter;
  readonly bindings: Bindings;
  readonly caches: PromptCaches;
  readonly room: WaitingRoom;
  /** Aborted when the router is closed. */
  readonly closed: Signal;
  /** All requests under way, which end then. */
  readonly live: Bag<LiveRun>;
}

/** Tells listeners if the state of one of a target's channels is not what they were last told. Returns that of the first. */
export function tellHealth(
  { id, channels }: Target,
  env: Environment,
  now = env.clock.now(),
): HealthNow | undefined {
  let first: HealthNow | undefined;
  for (const channel of channels) {
    const health = channelHealth(channel, now);
    first ??= health;
    const { state, until } = health;
    if (state === channel.toldHealth) continue;
    const previous = channel.toldHealth;
    channel.toldHealth = state;
    env.events.emit({
      type: 'target-state',
      target: id,
      ...(channel.number === undefined ? {} : { key: channel.number }),
      state,
      previous,
      until: until === undefined ? undefined : toDate(until, env.clock),
    });
  }
  return first;
}

/** A monotonic moment as milliseconds since 1970, for those outside. */
export function toDate(moment: number, clock: Clock): number {
  return Math.round(clock.date() + moment - clock.now());
}
