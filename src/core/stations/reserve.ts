import type { AttemptOutcome, AttemptPlan, Plugin, Reservation } from '../../types/plugin.ts';

/** The plugins' reservations for one attempt, or when to ask again: milliseconds since 1970. */
export type Held = { settle(outcome: AttemptOutcome): void } | { readonly retryAt: number };

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
    let retryAt: number | undefined;
    try {
      for (const plugin of reservers) {
        const taken = plugin.reserve?.(plan);
        if (taken === undefined) continue;
        if ('settle' in taken) held.push([plugin, taken]);
        else retryAt = Math.max(retryAt ?? 0, taken.retryAt); // all are asked, because the latest moment counts
      }
    } catch (error) {
      settle(unsent);
      throw error;
    }
    if (retryAt !== undefined) {
      settle(unsent);
      return { retryAt };
    }
    return held.length === 0 ? undefined : { settle };
  };
}
