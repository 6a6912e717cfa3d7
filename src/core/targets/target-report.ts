import type { PriceBook } from '../../pricing/price-book.ts';
import type { SizeClass } from '../../stats/size-class.ts';
import type { Clock } from '../../types/clock.ts';
import type { TargetStats } from '../../types/options/strategy.ts';
import type { Plugin } from '../../types/plugin.ts';
import type { Traffic } from '../../types/provider.ts';
import type { LatencyReport, TargetReport } from '../../types/router.ts';
import { toEpoch } from '../../util/time/clock.ts';
import type { Target } from './target.ts';
import { targetHealth } from './target-health.ts';

/**
 * The entries of `router.stats()`, with what plugins add to them.
 *
 * @param report called with a plugin's error, whose fields are then missing
 */
export function reportsOf(
  targets: readonly Target[],
  plugins: readonly Plugin[],
  clock: Clock,
  prices: PriceBook,
  report: (plugin: Plugin, error: unknown) => void,
): readonly TargetReport[] {
  const reporting = plugins.filter(({ targetStats }) => targetStats !== undefined);
  const fieldsOf = (plugin: Plugin, id: string) => {
    try {
      return plugin.targetStats?.(id);
    } catch (error) {
      report(plugin, error);
      return undefined;
    }
  };
  return targets.map((target) => {
    const added = reporting.flatMap((plugin) => Object.entries(fieldsOf(plugin, target.id) ?? {}));
    // A plugin adds fields; it replaces none.
    return { ...Object.fromEntries(added), ...reportOf(target, clock, prices) };
  });
}

function reportOf(target: Target, clock: Clock, prices: PriceBook): TargetReport {
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
    latencies: latenciesOf(target, now),
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

/** The measurements of a target. */
export function statsOf({ stats, stall, limits }: Target, now: number): TargetStats {
  return { ...stats.read(now), inFlight: limits.places.taken, gap: stall?.gaps.quantile(0.5) };
}

const kinds = ['stream', 'chat'] as const;
const prompts = ['small', 'medium', 'large'] as const;

/** Latency percentiles, by kind of request. */
function latenciesOf({ latencies }: Target, now: number): readonly LatencyReport[] {
  return kinds.flatMap((kind) =>
    prompts.flatMap((prompt, index) => {
      const size = index as SizeClass;
      const samples = latencies[kind].samples(now, size);
      const latency = latencies[kind].expect(size, now);
      if (latency === undefined || samples < 0.01) return [];
      const { mean, p50, p90, p95, p99 } = latency;
      return [{ kind, prompt, samples, mean, p50, p90, p95, p99 }];
    }),
  );
}
