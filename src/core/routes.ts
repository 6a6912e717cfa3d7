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
  /** Whether targets that are added later belong to it. */
  readonly isOpen: boolean;
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
  /** For changes at run time. */
  readonly table: RouteTable;
}

/** The routes behind a finder. */
export interface RouteTable {
  readonly routes: Map<string, Route>;
  readonly names: string[];
  create(name: string, members: readonly Target[], own: RouteOptions): Route;
  /** Finds the routes of models that no target declares. */
  models: ((id: string) => Route | undefined) | undefined;
}

/** Routes by name, and for each target id a route with only that target under the router's policies. */
export function createRoutes(options: RouterOptions, targets: readonly Target[]): RouteFinder {
  const routes = new Map<string, Route>();
  const create = (name: string, members: readonly Target[], own: RouteOptions, isOpen = false): Route => {
    const channels = members.flatMap((target) => target.channels).length;
    return {
      name,
      targets: members,
      isOpen,
      policies: resolvePolicies(options, own, inOrder, channels),
      settings: own.settings,
      outputs: undefined,
      memory: { turn: 0, previous: undefined },
    };
  };
  for (const target of targets) routes.set(target.id, create(target.id, [target], {}));
  // A router without routes uses all targets.
  const named: Readonly<Record<string, RouteOptions>> = { default: {}, ...options.routes };
  for (const [name, route] of Object.entries(named)) {
    const members = route.targets?.flatMap((id) => targets.find((target) => target.id === id) ?? []);
    routes.set(name, create(name, members ?? [...targets], route, members === undefined));
  }
  const names = [...new Set(['default', ...Object.keys(named), ...targets.map(({ id }) => id)])];
  const table: RouteTable = { routes, names, create, models: undefined };
  const find = (name = 'default'): Route | undefined => routes.get(name) ?? table.models?.(name);
  return Object.assign(find, { names, table });
}
