import type { Cooldowns } from '../../../health/cooldowns.ts';
import type { Clock } from '../../../types/clock.ts';
import type { Replica } from '../../../types/plugin.ts';
import type { Target } from '../target.ts';
import { cooldownReplica } from './cooldown-replica.ts';
import { latencyReplica } from './latency-replica.ts';
import { outageReplica } from './outage-replica.ts';

/**
 * A router's knowledge of its targets, in a form that other processes can absorb.
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
    replicas.push(outageReplica(target, clock));
    for (const kind of ['stream', 'chat'] as const)
      replicas.push(latencyReplica(`latency/${target.id}/${kind}`, target.latencies[kind], clock));
  }
  return replicas;
}
