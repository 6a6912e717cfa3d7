import type { Plugin } from '../../types/plugin.ts';
import type { Traffic } from '../../types/provider.ts';
import type { TargetReport } from '../../types/router.ts';
import { toEpoch } from '../../util/time/clock.ts';
import type { RouterContext } from '../context.ts';
import { recoveryPart } from '../failover/recovery-part.ts';
import { statsOf, type Target } from './target.ts';
import { targetHealth } from './target-health.ts';

/**
 * The entries of `router.stats()`, with what plugins add to them.
 *
 * @param report called with a plugin's error, whose fields are then missing
 */
export function reportsOf(
  env: RouterContext,
  report: (plugin: Plugin, error: unknown) => void,
): readonly TargetReport[] {
  const reporting = env.plugins.filter(({ targetStats }) => targetStats !== undefined);
  const fieldsOf = (plugin: Plugin, id: string) => {
    try {
      return plugin.targetStats?.(id);
    } catch (error) {
      report(plugin, error);
      return undefined;
    }
  };
  return env.targets.map((target) => {
    const added = reporting.flatMap((plugin) => Object.entries(fieldsOf(plugin, target.id) ?? {}));
    // A plugin adds fields; it replaces none.
    return { ...Object.fromEntries(added), ...reportOf(target, env) };
  });
}

function reportOf(target: Target, { clock, prices, parts }: RouterContext): TargetReport {
  const now = clock.now();
  const { state: health, until } = targetHealth(mostUsed(target), now);
  const { id, model, provider, capabilities } = target;
  const contextLength = capabilities.contextLength ?? prices.contextLengthOf(target);
  return {
    id,
    provider: provider.name,
    model,
    capabilities: contextLength === undefined ? capabilities : { ...capabilities, contextLength },
    ...trafficOf(target),
    health,
    retryAt: until === undefined ? undefined : toEpoch(until, clock),
    ...statsOf(target, now),
    latencies: parts.get(recoveryPart)?.latenciesOf(target, now) ?? [],
  };
}

/** The workload whose health is reported: chats and streams, unless the target has only served another one. */
function mostUsed(target: Target): Target {
  if (target.odds.known) return target;
  for (const other of target.others.values()) if (other.odds.known) return other;
  return target;
}

/** The sum over all keys. */
function trafficOf({ channels }: Target): { readonly traffic?: Traffic } {
  const known = channels.flatMap(({ provider }) => provider.traffic ?? []);
  if (known.length === 0) return {};
  const sum = (of: keyof Traffic): number => known.reduce((total, each) => total + each[of], 0);
  return { traffic: { sent: sum('sent'), received: sum('received') } };
}
