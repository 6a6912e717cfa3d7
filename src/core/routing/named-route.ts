import { RequestError } from '../../errors.ts';
import type { CallOptions } from '../../types/options/call-options.ts';
import type { SelectOptions } from '../../types/options/select.ts';
import type { Route, RouteFinder } from '../routes.ts';

/** The route that a call names, or the default route. */
export function namedRoute(options: CallOptions, find: RouteFinder): Route {
  const { route: name } = options;
  const route = find(name);
  if (route === undefined) {
    const got = name === undefined ? 'none, and there is no route named `default`' : `'${name}'`;
    throw new RequestError('options.route', `one of ${find.names.join(', ')}`, got);
  }
  if (route.targets.length === 0 && (options.targets ?? options.model) === undefined)
    throw new RequestError(
      'options.model',
      `a model, because the route ${route.name} has no targets`,
      'none',
    );
  return route;
}

/** The route of a call until `select` has chosen one, and if that fails. The options have been checked. */
export function fallbackRoute({ otherwise = 'default' }: SelectOptions, find: RouteFinder): Route {
  const route = find(otherwise);
  if (route === undefined) throw new Error(`there is no route ${otherwise}`);
  return route;
}
