import { failureDetector } from '../../health/failure-detector.ts';
import { streamStallDetector } from '../../health/stream-stall-detector.ts';
import { latencies } from '../../stats/latency.ts';
import { outputLengths } from '../../stats/output-lengths.ts';
import { promptCaches } from '../../stats/prompt-caches.ts';
import type { RouterContext } from '../context.ts';
import { emitHealthChange } from './target-health.ts';

/** Begins to measure the targets of a router, with the answers so far. */
export function measure(env: RouterContext): void {
  const { targets, clock, awake, findRoute } = env;
  for (const target of targets)
    target.measureBy({
      latencies: { stream: latencies(), chat: latencies() },
      silence: failureDetector(clock, awake, () => void emitHealthChange(target, env)),
      stall: streamStallDetector(clock, awake),
    });
  for (const name of findRoute.names) {
    const route = findRoute(name);
    if (route !== undefined) route.outputs = outputLengths();
  }
  env.caches = promptCaches();
  for (const learn of env.unlearned.splice(0)) learn();
}
