import type { AttemptOutcome, AttemptPlan, Plugin, Reservation, Wait } from '../../types/plugin.ts';

/** The plugins' reservations for one attempt, or when to ask again: milliseconds since 1970. */
export type Held = { settle(outcome: AttemptOutcome): void } | Wait;

/** Makes the plugins' reservations for an attempt: all or none. */
export type Reserve = (plan: AttemptPlan) => Held | undefined;

const unsent: AttemptOutcome = { outcome: 'unsent', billed: 'no', usage: {}, cost: undefined };

export function reserveWith(
  plugins: readonly Plugin[],
  report: (plugin: Plugin, error: unknown) => void,
): Reserve | undefined {
  const reservers = plugins.filter(({ reserve }) => reserve !== undefined);
  if (reservers.length === 0) return undefined;

  return (plan) => {
    const held: (readonly [Plugin, Reservation])[] = [];
    // An error in one settlement must not prevent the others.
    const settle = (outcome: AttemptOutcome): void => {
      for (const [plugin, reservation] of held.reverse()) {
        try {
          reservation.settle(outcome);
        } catch (error) {
          report(plugin, error);
        }
      }
    };
    const waits: Wait[] = [];
    try {
      for (const plugin of reservers) {
        const taken = plugin.reserve?.(plan);
        if (taken === undefined) continue;
        if ('settle' in taken) held.push([plugin, taken]);
        else waits.push(taken); // all are asked, because the latest moment counts
      }
    } catch (error) {
      settle(unsent);
      throw error;
    }
    if (waits.length > 0) {
      settle(unsent);
      return latestOf(waits);
    }
    return held.length === 0 ? undefined : { settle };
  };
}

function latestOf(waits: readonly Wait[]): Wait {
  const retryAt = Math.max(...waits.map((wait) => wait.retryAt));
  const ready = waits.flatMap((wait) => wait.ready ?? []);
  return ready.length < waits.length ? { retryAt } : { retryAt, ready: Promise.allSettled(ready) };
}
