import { inOrder } from '../../strategies/shared/in-order.ts';
import { isPlainCall } from '../parts/rest.ts';
import type { RequestState } from '../request.ts';
import { noStations } from '../stations/stations.ts';
import type { Target } from '../targets/target.ts';
import { isUnconstrained, targetHealth } from '../targets/target-health.ts';
import type { RoutingResult } from './candidates.ts';
import { contextLengthOf, mostTokens, smallContext } from './context-length.ts';

/** Whether a request needs no more than a target that answers it, and each target of its route could. */
export function isPlain({ route, hedge, request, needs, operation, env }: RequestState): boolean {
  const { policies, settings } = route;
  if (policies.strategy.rank !== inOrder.rank || settings !== undefined || hedge !== false) return false;
  if (env.errors !== undefined || env.several.size > 0 || request.providerOptions !== undefined) return false;
  const { tools, images, jsonSchema, reasoning, files, references, characters, outputTokens } = needs;
  if (tools || images || jsonSchema || reasoning || files.length + references.length > 0) return false;
  const now = env.clock.now();
  const fits = (target: Target): boolean =>
    target.workload === operation.workload &&
    !target.deferred &&
    target.settings === undefined &&
    isUnconstrained(target) &&
    targetHealth(target, now).state === 'healthy' &&
    outputTokens <= (target.capabilities.maxOutputTokens ?? Infinity) &&
    characters * mostTokens + outputTokens <= (contextLengthOf(target, env) ?? Infinity) &&
    operation.missing(target, needs, request) === undefined;
  return route.targets.every(fits);
}

/**
 * While prices are not loaded: whether only the cost of the answer needs them, so that the catalog can load while the vendor works.
 * Only answers in one piece can wait for it.
 */
export function isPricedLater(request: RequestState): boolean {
  const { env, operation, needs, options } = request;
  return (
    env.stations === noStations &&
    operation.measuredAs === 'chat' &&
    needs.characters * mostTokens + needs.outputTokens <= smallContext &&
    isPlainCall(options) &&
    isPlain(request)
  );
}

/** What `chooseTargets` decides for a plain request, while its code is not loaded: each target in its order. */
export function plainRouting({ route }: RequestState): RoutingResult {
  const { name, targets, policies } = route;
  const candidates = targets.map(({ id, limits }) => ({ target: id, inFlight: limits.places.taken }));
  return {
    decision: { route: name, strategy: policies.strategy.name, candidates, skipped: [] },
    ranked: targets.flatMap(({ channels }) => channels),
    waiting: [],
    refusal: undefined,
  };
}
