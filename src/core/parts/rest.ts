import type { Signal } from '../../util/time/abort.ts';
import { isUnconstrained } from '../admission/capacity.ts';
import type { RouterContext } from '../context.ts';
import { recoveryPart } from '../failover/recovery-part.ts';
import type { RequestState } from '../request.ts';

/**
 * Loads what a chat may need that is not plain. Happens in the background after a router's first answer, because in an outage files
 * may be out of reach too: a process without free descriptors cannot open them.
 */
export async function loadRest(env: RouterContext, signal?: Signal): Promise<void> {
  if (env.isWhole) return;
  const { parts, clock } = env;
  if (parts.get(recoveryPart) === undefined) await parts.load(recoveryPart, clock, signal);
  env.isWhole = true;
}

/** Whether a request needs no more than a target that answers it. */
export function isPlain({ route, hedge, env }: RequestState): boolean {
  if (env.stations.reserve !== undefined) return false;
  return hedge === false && route.targets.every((target) => !target.deferred && isUnconstrained(target));
}
