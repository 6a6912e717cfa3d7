import type { Clock } from '../../../types/clock.ts';
import type { Replica } from '../../../types/plugin.ts';
import type { Target } from '../target.ts';

/** A target's state by its breakers and by its silence. */
type Observed = Pick<Target, 'id' | 'workload' | 'breaker' | 'silence' | 'channels'>;

/**
 * Open breakers and suspicion: hints, because what fails for one process may work for another. Only a process's own verdict is
 * published, so that a hint does not travel in circles.
 */
export function outageReplica(
  { id, workload, breaker, silence, channels }: Observed,
  clock: Clock,
  onChange: () => void,
): Replica {
  const isChat = workload === 'chat';
  const key = isChat ? `outage/${id}` : `outage/${id}/${workload}`;
  // What all workloads share is published with chats.
  const shared = isChat ? channels.map(({ key: { endpoint } }) => endpoint.breaker) : [];
  const breakers = [breaker, ...shared];
  /** The latest moment that has been published or applied, on the store's scale. */
  let known = 0;
  return {
    urgent: true,
    keys: () => [key],
    changes(storeNow) {
      const now = clock.now();
      const moments = breakers.map((each) => (each.tripped ? each.until : 0));
      if (isChat && silence.convinced) moments.push(silence.until);
      const until = Math.max(...moments);
      const at = Math.ceil(until - now + storeNow);
      if (until <= now || at <= known) return [];
      known = at;
      return [{ key, max: { until: at }, ttl: Math.ceil(until - now) }];
    },
    absorb([{ until = 0 } = {}], storeNow) {
      if (until <= storeNow || until <= known) return;
      known = until;
      if (breakers.some(({ tripped }) => tripped)) return;
      if (isChat) silence.hint(until - storeNow + clock.now());
      else {
        breaker.hint(clock.now());
        onChange();
      }
    },
  };
}
