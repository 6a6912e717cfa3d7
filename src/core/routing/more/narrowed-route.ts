import { RequestError } from '../../../errors.ts';
import { inOrder } from '../../../strategies/shared/in-order.ts';
import type { CallOptions } from '../../../types/options/call-options.ts';
import type { Route, RouteFinder } from '../../routes.ts';

/** A route with the targets to which a call limits it. Checks the options for that. */
export function narrowedRoute(route: Route, options: CallOptions, find: RouteFinder): Route {
  const targets = options.targets ?? (options.model === undefined ? undefined : [options.model]);
  const option = options.model === undefined ? 'options.targets' : 'options.model';
  const found = targets === undefined ? route : orderedRoute(route, targets, find, option);
  if (options.only !== undefined) checkOnly(found, options, find);
  return found;
}

/** A route over the targets that a call lists, in their order. */
function orderedRoute(route: Route, ids: readonly string[], find: RouteFinder, option: string): Route {
  const targets = ids.map((id) => {
    const target = find(id)?.targets[0];
    if (target?.id !== id) throw new RequestError(option, `one of ${find.names.join(', ')}`, `'${id}'`);
    return target;
  });
  const maxAttempts = Math.max(route.policies.maxAttempts, targets.length + 1);
  return { ...route, targets, policies: { ...route.policies, strategy: inOrder, maxAttempts } };
}

/**
 * Checks `only`: a call can only be limited to targets of its route. If it names no route, `only` may include targets of other
 * routes, as long as one belongs to this route.
 */
export function checkOnly(route: Route, { only, route: named }: CallOptions, find: RouteFinder): void {
  const wrong = only?.find((id) => !allows(route, [id]) && (named !== undefined || find(id) === undefined));
  if (wrong === undefined && allows(route, only)) return;
  const got = only?.length === 0 ? 'an empty list' : `'${wrong ?? only?.[0]}'`;
  throw new RequestError('options.only', `ids of targets of route '${route.name}'`, got);
}

/** Whether a route has any of the allowed targets. */
export function allows({ targets }: Route, only: CallOptions['only']): boolean {
  return only === undefined || targets.some(({ id }) => only.includes(id));
}
