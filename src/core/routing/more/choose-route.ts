import type { Selected } from '../../../types/result/decision.ts';
import type { RequestState } from '../../request.ts';
import { checkOnly } from './narrowed-route.ts';
import type { Picked } from './select.ts';

/** Station 4: runs `select` for a call without a route. Returns no promise if there is nothing to wait for. */
export function chooseRoute(request: RequestState): Selected | undefined | Promise<Selected> {
  const { options, env } = request;
  if (request.isRouted || env.selector === undefined) return undefined;
  const take = ({ route, selected }: Picked): Selected => {
    checkOnly(route, options, env.findRoute);
    request.setRoute(route);
    return selected;
  };
  const picking = env.selector.select(request);
  return picking instanceof Promise
    ? picking.then((picked) => {
        if (request.signal.aborted) throw request.signal.reason;
        return take(picked);
      })
    : take(picking);
}
