import type { Cooldowns } from '../../health/cooldowns.ts';
import type { Clock } from '../../types/clock.ts';
import type { Replica } from '../../types/plugin.ts';
import type { Target } from './target.ts';

/**
 * A router's knowledge of its targets, in a form that other processes can absorb. Cooldowns are moments set by vendors; the latest
 * counts, so they merge in whatever order processes publish them.
 *
 * @param onChange called when a target's state may have changed by absorbed knowledge
 */
export function replicasOf(
  targets: readonly Target[],
  clock: Clock,
  onChange: (target: Target) => void,
): readonly Replica[] {
  const seen = new Set<Cooldowns>();
  const replicas: Replica[] = [];
  const add = (key: string, held: Cooldowns, target: Target): void => {
    if (seen.has(held)) return; // targets share keys and endpoints; the first one names them
    seen.add(held);
    replicas.push(cooldownReplica(key, held, clock, () => onChange(target)));
  };
  for (const target of targets) {
    add(`cooldown/target/${target.id}`, target.holds, target);
    for (const { number = 0, holds, key } of target.channels) {
      add(`cooldown/channel/${target.id}/${number}`, holds, target);
      add(`cooldown/key/${target.id}/${number}`, key.holds, target);
      add(`cooldown/endpoint/${target.id}`, key.endpoint.holds, target);
    }
  }
  return replicas;
}

const fields = ['exhaustedUntil', 'quarantinedUntil'] as const satisfies readonly (keyof Cooldowns)[];

function cooldownReplica(key: string, held: Cooldowns, clock: Clock, onChange: () => void): Replica {
  const published: Cooldowns = { exhaustedUntil: 0, quarantinedUntil: 0 };
  return {
    key,
    changes(storeNow) {
      const now = clock.now();
      const due = fields.filter((field) => held[field] > now && held[field] > published[field]);
      if (due.length === 0) return [];
      for (const field of due) published[field] = held[field];
      const max = Object.fromEntries(due.map((field) => [field, Math.ceil(held[field] - now + storeNow)]));
      return [{ key, max, ttl: Math.ceil(Math.max(...due.map((field) => held[field])) - now) }];
    },
    absorb(known, storeNow) {
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
