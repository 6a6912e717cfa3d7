import type { MirrorPolicy, Policies } from '../../types/options/options.ts';
import type { RouterOptions } from '../../types/options/router-options.ts';
import type { Plugin, PluginHost, RequestContext } from '../../types/plugin.ts';
import type { Decision } from '../../types/result/decision.ts';
import { checkNumber, checkObject, checkWord, type Refuse, show } from '../../util/option-check.ts';

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

  /** Whether a copy would add information: not if the target is excluded or already serves the request. */
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

/** Refuses an invalid `mirror`. */
export function checkMirror(path: string, mirror: unknown, ids: readonly string[], refuse: Refuse): void {
  if (mirror === undefined || mirror === false) return;
  const fields = ['target', 'ratio', 'maxInFlight'];
  const { target, ratio, maxInFlight } = checkObject(path, mirror, fields, refuse);
  if (target === undefined) refuse(`${path}.target`, `one of ${ids.join(', ')}`, 'undefined');
  checkWord(`${path}.target`, target, ids, refuse);
  if (!(typeof ratio === 'number' && ratio >= 0 && ratio <= 1))
    refuse(`${path}.ratio`, 'a number from 0 to 1', show(ratio));
  checkNumber(`${path}.maxInFlight`, maxInFlight, refuse, { least: 1, whole: true });
}
