import { RouterError } from '../../errors.ts';
import type { PluginStation } from '../../types/error.ts';
import type { AttemptPlan, Plugin, RequestContext } from '../../types/plugin.ts';
import type { Emitter } from '../../util/emitter.ts';
import type { Holding, Stoppable } from '../holding.ts';
import type { PluginExclude } from './exclude.ts';
import type { Inspect } from './inspect.ts';
import type { Lookup } from './lookup.ts';
import type { Observe } from './observe.ts';
import type { Viewed } from './request-view.ts';
import type { Reserve } from './reserve.ts';
import type { Review } from './review.ts';
import type { Transform } from './transform.ts';

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
  /** The plugins' view of a request. */
  viewOf(request: Viewed): RequestContext;
  /** The plugins' view of an attempt; `undefined` if none looks. Its arguments are a channel and the state of a request. */
  planOf(channel: object, request: object, now: number): AttemptPlan | undefined;
  /** Keeps a request running for others that share its answer; `undefined` if no plugin can share one. */
  readonly holding?: ((request: Stoppable) => Holding) | undefined;
}

/** Of a router without plugins, or whose code for them is not loaded. */
export const noStations: Stations = {
  inspect: undefined,
  routed: undefined,
  lookup: undefined,
  exclude: undefined,
  reserve: undefined,
  transform: undefined,
  review: undefined,
  observe: undefined,
  viewOf() {
    throw new RouterError('not-loaded', 'the code for plugins is not loaded');
  },
  planOf: () => undefined,
};

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
