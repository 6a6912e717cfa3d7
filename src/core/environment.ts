import type { PriceBook } from '../pricing/price-book.ts';
import type { Clock, Random } from '../types/clock.ts';
import type { Bindings } from './bindings.ts';
import type { Emitter } from './emitter.ts';
import type { ResolvedPolicies } from './policies.ts';
import { type Target, targetHealth } from './target.ts';

/** A route with nothing left open. */
export interface Route {
  readonly name: string;
  readonly targets: readonly Target[];
  readonly policies: ResolvedPolicies;
}

/** What all requests of one router share. */
export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  readonly prices: PriceBook;
  readonly events: Emitter;
  readonly bindings: Bindings;
  /** Aborted when the router is closed. */
  readonly closed: AbortSignal;
}

/** Tells listeners if a target's state is not what they were last told. */
export function tellHealth(target: Target, env: Environment): void {
  const now = env.clock.now();
  const { state, until } = targetHealth(target, now);
  if (state === target.toldHealth) return;
  const previous = target.toldHealth;
  target.toldHealth = state;
  env.events.emit({
    type: 'target-state',
    target: target.id,
    state,
    previous,
    until: until === undefined ? undefined : toDate(until, env.clock),
  });
}

/** A monotonic moment as milliseconds since 1970, for those outside. */
export function toDate(moment: number, clock: Clock): number {
  return Math.round(clock.date() + moment - clock.now());
}
