import { breaker } from '../../health/breaker.ts';
import { failureDetector } from '../../health/failure-detector.ts';
import { streamStallDetector } from '../../health/stream-stall-detector.ts';
import { adaptiveConcurrency } from '../../limits/adaptive-concurrency.ts';
import { rateLimit } from '../../limits/rate-limit.ts';
import { vendorLimits } from '../../limits/vendor-limits.ts';
import { latencies } from '../../stats/latency.ts';
import { outputLengths } from '../../stats/output-lengths.ts';
import { promptCaches } from '../../stats/prompt-caches.ts';
import type { Random } from '../../types/clock.ts';
import type { RouterContext } from '../context.ts';
import type { Target } from './target.ts';
import { emitHealthChange } from './target-health.ts';

/** Begins to measure the targets of a router, with the answers so far; does nothing if they are measured already. */
export function measure(env: RouterContext): void {
  if (env.caches !== undefined) return;
  for (const target of env.targets) measureTarget(target, env);
  for (const route of env.findRoute.table.routes.values()) route.outputs ??= outputLengths();
  env.caches = promptCaches();
  for (const learn of env.unlearned.splice(0)) learn();
}

/** Begins to measure one target; does nothing if it is measured already. */
export function measureTarget(target: Target, env: RouterContext): void {
  const { clock, awake, random } = env;
  if (target.stall !== undefined) return;
  const measures = {
    latencies: { stream: latencies(), chat: latencies() },
    silence: failureDetector(clock, awake, () => void emitHealthChange(target, env)),
    stall: streamStallDetector(clock, awake),
  };
  target.measureBy(measures, (each) => arm(each, random));
}

/** Endpoints are shared by targets; a breaker that counts already stays as it is. */
function arm({ breaker: own, channels }: Target, random: Random): void {
  breaker(random, own);
  for (const channel of channels) {
    vendorLimits(channel.vendorLimits);
    adaptiveConcurrency(channel.adaptive);
    for (const rate of channel.rates) rateLimit(rate);
    breaker(random, channel.key.endpoint.breaker);
  }
}
