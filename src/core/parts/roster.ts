import { ConfigError } from '../../errors.ts';
import { outputLengths } from '../../stats/output-lengths.ts';
import type { TargetOptions } from '../../types/options/options.ts';
import type { Router } from '../../types/router.ts';
import type { RouterContext } from '../context.ts';
import { attemptsFor } from '../options/policies.ts';
import { checkTarget } from '../options/router-options.ts';
import type { Route } from '../routes.ts';
import { measureTarget } from '../targets/measure.ts';
import { withSeveralAccounts } from '../targets/several-accounts.ts';
import type { Target } from '../targets/target.ts';

/**
 * Changes to a router's targets while it runs. All lists are changed in place, because everything that knows the router's targets
 * holds the same lists; other targets keep what is known of them. Requests in flight keep the targets that they have.
 */
export interface Lists {
  readonly router: Router;
  readonly env: RouterContext;
}

/** Adds the targets of these options to the routes of all targets, and to the named ones. Returns their ids. */
export function addTargets({ router, env }: Lists, option: TargetOptions, named: readonly string[]): void {
  const ids = checkTarget('target', option);
  const { table } = env.findRoute;
  for (const id of ids)
    if (table.routes.has(id)) throw new ConfigError('target.id', 'a unique id', `'${id}'`);
  for (const name of named)
    if (router.routes[name] === undefined)
      throw new ConfigError(
        'routes',
        `names of routes (${Object.keys(router.routes).join(', ')})`,
        `'${name}'`,
      );
  for (const target of env.createTargets(option)) {
    mutable(router.targets).push(target.id);
    table.routes.set(target.id, addMeasured(env, target.id, target));
    table.names.push(target.id);
    if (target.price === undefined) env.prices.need();
    for (const route of table.routes.values())
      if (route.isOpen || named.includes(route.name)) join(route, target, router);
  }
  countAccounts(env);
}

/** Adds a target to all that the router knows, and makes the route of its name. */
export function addMeasured(env: RouterContext, name: string, target: Target): Route {
  mutable(env.targets).push(target);
  measureTarget(target, env);
  return Object.assign(env.findRoute.table.create(name, [target], {}), { outputs: outputLengths() });
}

/** Removes a target from all routes. Returns whether there was one. */
export function removeTarget({ router, env }: Lists, id: string): boolean {
  const target = env.targets.find((each) => each.id === id);
  if (target === undefined || !router.targets.includes(id)) return false;
  const { table } = env.findRoute;
  remove(env.targets, target);
  remove(router.targets, id);
  table.routes.delete(id);
  remove(table.names, id);
  for (const route of table.routes.values()) {
    remove(route.targets, target);
    const shown = router.routes[route.name];
    if (shown !== undefined) remove(shown, id);
  }
  forget(env, target);
  return true;
}

/** Drops what the router keeps of a target by its id. */
export function forget(env: RouterContext, target: Target): void {
  for (const each of [target, ...target.others.values()]) each.isRemoved = true;
  env.prices.forget(target.id);
  for (const reason of env.warned ?? []) if (reason.startsWith(`${target.id} `)) env.warned?.delete(reason);
  countAccounts(env);
}

export function countAccounts({ several, targets }: RouterContext): void {
  const names = several as Set<string>;
  names.clear();
  for (const name of withSeveralAccounts(targets)) names.add(name);
}

function join(route: Route, target: Target, router: Router): void {
  if (route.targets.includes(target)) return;
  mutable(route.targets).push(target);
  const { policies } = route;
  if (!policies.isCounted)
    policies.maxAttempts = attemptsFor(route.targets.flatMap(({ channels }) => channels).length);
  const shown = router.routes[route.name];
  if (shown !== undefined) mutable(shown).push(target.id);
}

function remove<T>(list: readonly T[], item: T): void {
  const at = list.indexOf(item);
  if (at >= 0) mutable(list).splice(at, 1);
}

export function mutable<T>(list: readonly T[]): T[] {
  return list as T[];
}
