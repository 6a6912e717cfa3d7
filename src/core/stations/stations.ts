import type { Clock } from '../../types/clock.ts';
import type { PluginStation } from '../../types/error.ts';
import type { Plugin, RequestContext } from '../../types/plugin.ts';
import type { Emitter } from '../../util/emitter.ts';
import { excludeWith, type PluginExclude } from './exclude.ts';
import { type Inspect, inspectWith } from './inspect.ts';
import { type Lookup, lookupWith } from './lookup.ts';
import { type Observe, observeWith } from './observe.ts';
import { type Reserve, reserveWith } from './reserve.ts';
import { type Review, reviewWith } from './review.ts';
import { type Transform, transformWith } from './transform.ts';

/**
 * The plugins of each station, compiled once per router. A station without plugins is `undefined` and costs a request one
 * comparison. The router's own work at a station is elsewhere: exclusions in `routing`, limits in `admission`, answer checks in
 * `answer`, statistics in `attempt`, events in `events.ts`.
 */
export interface Stations {
  /** 2: replace or refuse the request. */
  readonly inspect: Inspect | undefined;
  /** 4: the same again, where `select` has chosen the route. */
  readonly routed: Inspect | undefined;
  /** 3: answer without a target. */
  readonly lookup: Lookup | undefined;
  /** 5: exclude a target. */
  readonly exclude: readonly PluginExclude[] | undefined;
  /** 7: reserve what an attempt needs. */
  readonly reserve: Reserve | undefined;
  /** 9: change an answer. */
  readonly transform: Transform | undefined;
  /** 9: review a complete answer. */
  readonly review: Review | undefined;
  /** 10: follow the request. */
  readonly observe: Observe | undefined;
}

export function compileStations(plugins: readonly Plugin[], events: Emitter, clock: Clock): Stations {
  const report = pluginErrors(events);
  return {
    inspect: inspectWith(plugins, clock),
    routed: inspectWith(plugins, clock, 'routed'),
    lookup: lookupWith(plugins, (plugin, error, context) => report(plugin, 'lookup', error, context), clock),
    exclude: excludeWith(plugins),
    reserve: reserveWith(plugins, (plugin, error) => report(plugin, 'reserve', error)),
    transform: transformWith(plugins, clock),
    review: reviewWith(plugins, clock),
    observe: observeWith(plugins, (plugin, error, context) => report(plugin, 'observe', error, context)),
  };
}

/** Reports an error of a plugin that does not affect the request. */
export function pluginErrors(events: Emitter) {
  return ({ name }: Plugin, station: PluginStation, error: unknown, request?: RequestContext): void => {
    if (!events.subscribed.has('plugin-error')) return;
    events.emit({
      type: 'plugin-error',
      plugin: name,
      station,
      ...(request === undefined ? {} : { requestId: request.id }),
      error,
    });
  };
}
