import type { OutputLengths } from '../stats/output-lengths.ts';
import { inOrder } from '../strategies/shared/in-order.ts';
import type { RouteOptions, TargetSettings } from '../types/options/options.ts';
import type { RouterOptions } from '../types/options/router-options.ts';
import { type ResolvedPolicies, resolvePolicies } from './options/policies.ts';
import type { Target } from './targets/target.ts';

/** A route with all defaults applied. */
export interface Route {
  readonly name: string;
  readonly targets: readonly Target[];
  readonly policies: ResolvedPolicies;
  readonly settings: TargetSettings | undefined;
  /** `undefined` until the code that measures is loaded. */
  outputs: OutputLengths | undefined;
  /** For stateful strategies. */
  readonly memory: { turn: number; previous: string | undefined };
}

/** Finds a route by name or by a target's id. */
export interface RouteFinder {
  (name: string | undefined): Route | undefined;
  /** The names of all routes and targets. */
  readonly names: readonly string[];
}

/** Routes by name, and for each target id a route with only that target under the router's policies. */
export function createRoutes(options: RouterOptions, targets: readonly Target[]): RouteFinder {
  const routes = new Map<string, Route>();
  const add = (name: string, members: readonly Target[], policies: RouteOptions): void => {
    const channels = members.flatMap((target) => target.channels).length;
    routes.set(name, {
      name,
      targets: members,
      policies: resolvePolicies(options, policies, inOrder, channels),
      settings: policies.settings,
      outputs: undefined,
      memory: { turn: 0, previous: undefined },
    });
  };
  for (const target of targets) add(target.id, [target], {});
  const named: Readonly<Record<string, RouteOptions>> = options.routes ?? {};
  for (const [name, route] of Object.entries(named)) {
    const members =
      route.targets?.flatMap((id) => targets.find((target) => target.id === id) ?? []) ?? targets;
    add(name, members, route);
  }
  // A router without routes uses all targets.
  if (!routes.has('default')) add('default', targets, {});
  const names = ['default', ...Object.keys(named), ...targets.map(({ id }) => id)];
  return Object.assign((name: string | undefined) => routes.get(name ?? 'default'), {
    names: [...new Set(names)],
  });
}
