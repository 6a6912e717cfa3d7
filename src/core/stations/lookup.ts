import type { Clock } from '../../types/clock.ts';
import type { LookupHit, PartialHit, Plugin, RequestContext } from '../../types/plugin.ts';
import { isThenable } from '../../util/time/thenable.ts';
import { waitFor } from './wait.ts';

/** A plugin's answer, or a part of one. */
export interface Found {
  readonly plugin: string;
  readonly hit: LookupHit | PartialHit;
}

/** Runs the plugins' lookups in order until one has an answer. */
export type Lookup = (context: RequestContext) => Found | undefined | Promise<Found | undefined>;

export function lookupWith(
  plugins: readonly Plugin[],
  report: (plugin: Plugin, error: unknown, context: RequestContext) => void,
  clock: Clock,
): Lookup | undefined {
  const looking = plugins.filter(({ lookup }) => lookup !== undefined);
  if (looking.length === 0) return undefined;

  const from = (first: number, context: RequestContext): ReturnType<Lookup> => {
    for (const [index, plugin] of looking.entries()) {
      if (index < first) continue;
      const found = (hit: LookupHit | PartialHit | undefined): Found | undefined =>
        hit === undefined ? undefined : { plugin: plugin.name, hit };
      // A failed lookup is a miss; if the request has ended meanwhile, the pipeline throws.
      const failed = (error: unknown): undefined => {
        if (!context.signal.aborted) report(plugin, error, context);
      };
      try {
        const work = plugin.lookup?.(context);
        if (isThenable(work)) {
          return waitFor(plugin, 'lookup', work, context, clock)
            .then(found, failed)
            .then((hit) => hit ?? (context.signal.aborted ? undefined : from(index + 1, context)));
        }
        const hit = found(work);
        if (hit !== undefined) return hit;
      } catch (error) {
        failed(error);
      }
    }
    return undefined;
  };
  return (context) => from(0, context);
}
