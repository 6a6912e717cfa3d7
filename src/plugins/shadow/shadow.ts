import type { MirrorPolicy, Policies } from '../../types/options/options.ts';
import type { RouterOptions } from '../../types/options/router-options.ts';
import type { Plugin, PluginHost, RequestContext } from '../../types/plugin.ts';
import type { Decision } from '../../types/result/decision.ts';
import { among, count, only, orFalse, ratio, type Shape } from '../../util/shape.ts';

/** Default for the maximum copies in flight at a target. */
const usualInFlight = 10;

/**
 * Sends copies of requests to a shadow target, as the option `mirror` defines; `undefined` if no route has
 * one.
 */
export function shadow({ mirror = false, routes = {} }: RouterOptions): Plugin | undefined {
  const ofRoutes = Object.entries<Policies>(routes).map(
    ([name, route]) => [name, route.mirror ?? mirror] as const,
  );
  const policies = new Map(ofRoutes);
  if (mirror === false && ofRoutes.every(([, policy]) => policy === false)) return undefined;
  const inFlight = new Map<string, number>();
  const count = (target: string, more: 1 | -1): void => {
    inFlight.set(target, (inFlight.get(target) ?? 0) + more);
  };
  let host: PluginHost | undefined;

  const isDue = ({ target, ratio, maxInFlight = usualInFlight }: MirrorPolicy): boolean =>
    host !== undefined && host.random() < ratio && (inFlight.get(target) ?? 0) < maxInFlight;

  /** Whether a copy adds information: it does not if the target is excluded or already serves the request. */
  const isUseful = (
    target: string,
    { options: { only } }: RequestContext,
    { candidates }: Decision,
  ): boolean => (only === undefined || only.includes(target)) && candidates[0]?.target !== target;

  return {
    name: 'shadow',
    install(own) {
      host = own;
      return undefined;
    },
    observe(context) {
      if (context.shadow) return undefined;
      return {
        routed(decision) {
          const policy = policies.get(decision.route) ?? mirror;
          if (policy === false || !isDue(policy) || !isUseful(policy.target, context, decision)) return;
          const { target } = policy;
          count(target, 1);
          host?.shadow(context, target, () => count(target, -1));
        },
      };
    },
  };
}

/** A policy of `mirror`, or `false`. */
export function mirror(ids: readonly string[]): Shape {
  return orFalse(only({ maxInFlight: count }, { target: among(ids), ratio }));
}
