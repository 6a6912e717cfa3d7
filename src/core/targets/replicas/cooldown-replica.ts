import type { Cooldowns } from '../../../health/cooldowns.ts';
import type { Clock } from '../../../types/clock.ts';
import type { Replica } from '../../../types/plugin.ts';

const fields = ['exhaustedUntil', 'quarantinedUntil'] as const satisfies readonly (keyof Cooldowns)[];

/** Cooldowns and misconfigurations: facts, of which the latest moment counts, in whatever order they are published. */
export function cooldownReplica(key: string, held: Cooldowns, clock: Clock, onChange: () => void): Replica {
  const published: Cooldowns = { exhaustedUntil: 0, quarantinedUntil: 0 };
  return {
    urgent: true,
    keys: () => [key],
    changes(storeNow) {
      const now = clock.now();
      const due = fields.filter((field) => held[field] > now && held[field] > published[field]);
      if (due.length === 0) return [];
      for (const field of due) published[field] = held[field];
      const max = Object.fromEntries(due.map((field) => [field, Math.ceil(held[field] - now + storeNow)]));
      return [{ key, max, ttl: Math.ceil(Math.max(...due.map((field) => held[field])) - now) }];
    },
    absorb([known = {}], storeNow) {
      const now = clock.now();
      for (const field of fields) {
        const until = (known[field] ?? 0) - storeNow + now;
        if (until <= now || until <= held[field]) continue;
        held[field] = until;
        published[field] = until; // already published
        onChange();
      }
    },
  };
}
