import { failureDetector } from '../../health/failure-detector.ts';
import { streamStallDetector } from '../../health/stream-stall-detector.ts';
import { latencies } from '../../stats/latency.ts';
import { outputLengths } from '../../stats/output-lengths.ts';
import { promptCaches } from '../../stats/prompt-caches.ts';
import type { RouterContext } from '../context.ts';
import type { Target } from './target.ts';
import { emitHealthChange } from './target-health.ts';

/** Begins to measure the targets of a router, with the answers so far. */
export function measure(env: RouterContext): void {
  for (const target of env.targets) measureTarget(target, env);
  for (const route of env.findRoute.table.routes.values()) route.outputs ??= outputLengths();
  env.caches = promptCaches();
  for (const learn of env.unlearned.splice(0)) learn();
}

/** Begins to measure one target; does nothing if it is measured already. */
export function measureTarget(target: Target, env: RouterContext): void {
  const { clock, awake } = env;
  if (target.stall !== undefined) return;
  target.measureBy({
    latencies: { stream: latencies(), chat: latencies() },
    silence: failureDetector(clock, awake, () => void emitHealthChange(target, env)),
    stall: streamStallDetector(clock, awake),
  });
}
