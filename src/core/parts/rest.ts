import { countingPart } from '../../pricing/counting-part.ts';
import { inOrder } from '../../strategies/shared/in-order.ts';
import type { CallOptions } from '../../types/options/call-options.ts';
import type { Part } from '../../util/lazy.ts';
import type { Signal } from '../../util/time/abort.ts';
import { isUnconstrained } from '../admission/capacity.ts';
import type { RouterContext } from '../context.ts';
import { recoveryPart } from '../failover/recovery-part.ts';
import type { RequestState } from '../request.ts';
import { mostTokens } from '../routing/eligibility.ts';
import { estimatesPart } from '../routing/estimates-part.ts';
import { contextLengthOf } from '../routing/exclusions.ts';
import { firstPart } from '../routing/first-part.ts';
import { routingPart } from '../routing/more/routing-part.ts';
import type { Target } from '../targets/target.ts';
import { targetHealth } from '../targets/target-health.ts';

/** What a chat may need that is not plain. */
export const restParts: readonly Part<unknown>[] = [
  recoveryPart,
  routingPart,
  estimatesPart,
  countingPart,
  firstPart,
];

/**
 * Loads what a chat may need that is not plain. Happens in the background after a router's first answer, because in an outage files
 * may be out of reach too: a process without free descriptors cannot open them.
 */
export async function loadRest(env: RouterContext, signal?: Signal): Promise<void> {
  if (env.isWhole) return;
  const { parts, clock } = env;
  const missing = restParts.filter((part) => parts.get(part) === undefined);
  await Promise.all(missing.map((part) => parts.load(part, clock, signal)));
  if (env.isWhole) return;
  env.isWhole = true;
  parts.get(recoveryPart)?.measure(env);
}

/** Options of a call that no other code reads. */
const plainOptions = [
  'route',
  'signal',
  'timeout',
  'session',
  'tenant',
  'user',
  'tags',
  'deadline',
  'priority',
  'metadata',
];

export function isPlainCall(options: CallOptions): boolean {
  return Object.keys(options).every((name) => plainOptions.includes(name));
}

/** Whether a request needs no more than a target that answers it. */
export function isPlain({ route, hedge, request, needs, env }: RequestState): boolean {
  const { policies, settings } = route;
  if (policies.strategy.rank !== inOrder.rank || settings !== undefined) return false;
  if (env.errors !== undefined || env.several.size > 0 || request.providerOptions !== undefined) return false;
  const now = env.clock.now();
  const fits = (target: Target): boolean =>
    targetHealth(target, now).state === 'healthy' &&
    needs.characters * mostTokens + needs.outputTokens <= (contextLengthOf(target, env) ?? Infinity);
  return (
    hedge === false &&
    route.targets.every(
      (target) =>
        !target.deferred && target.settings === undefined && isUnconstrained(target) && fits(target),
    )
  );
}
