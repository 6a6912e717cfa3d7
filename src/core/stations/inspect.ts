import type { Clock } from '../../types/clock.ts';
import type { AnyRequest, Plugin, RequestContext } from '../../types/plugin.ts';
import { isThenable } from '../../util/time/thenable.ts';
import { waitFor } from './wait.ts';

/**
 * Runs the plugins' inspections in order, each on the request that the one before returned.
 *
 * @param replace replaces the context's request
 */
export type Inspect = (
  context: RequestContext,
  replace: (made: AnyRequest) => void,
) => Promise<void> | undefined;

/** @param station `routed`: once more, for a route that `select` has chosen */
export function inspectWith(
  plugins: readonly Plugin[],
  clock: Clock,
  station: 'inspect' | 'routed' = 'inspect',
): Inspect | undefined {
  const inspectors = plugins.filter((plugin) => plugin[station] !== undefined);
  if (inspectors.length === 0) return undefined;

  const from = (first: number, ...[context, replace]: Parameters<Inspect>): ReturnType<Inspect> => {
    const take = (made: AnyRequest | undefined): void => {
      if (made !== undefined && made !== context.request) replace(made);
    };
    for (const [index, plugin] of inspectors.entries()) {
      if (index < first) continue;
      const made = plugin[station]?.(context);
      if (isThenable(made))
        return waitFor(plugin, station, made, context, clock).then((late) => {
          take(late);
          return from(index + 1, context, replace);
        });
      take(made);
    }
    return undefined;
  };
  return (context, replace) => from(0, context, replace);
}
