import type { Clock } from '../../types/clock.ts';
import type { Plugin } from '../../types/plugin.ts';
import type { Emitter } from '../../util/emitter.ts';
import { AttemptView } from '../attempt/attempt-view.ts';
import { Holding } from '../holding.ts';
import type { RequestState } from '../request.ts';
import type { Channel } from '../targets/target.ts';
import { excludeWith } from './exclude.ts';
import { inspectWith } from './inspect.ts';
import { lookupWith } from './lookup.ts';
import { observeWith } from './observe.ts';
import { RequestView } from './request-view.ts';
import { reserveWith } from './reserve.ts';
import { reviewWith } from './review.ts';
import { pluginErrors, type Stations } from './stations.ts';
import { transformWith } from './transform.ts';

/** Compiles the plugins of a router. */
export function compileStations(plugins: readonly Plugin[], events: Emitter, clock: Clock): Stations {
  const report = pluginErrors(events);
  const lookup = lookupWith(
    plugins,
    (plugin, error, context) => report(plugin, 'lookup', error, context),
    clock,
  );
  const reserve = reserveWith(plugins, (plugin, error) => report(plugin, 'reserve', error));
  const observe = observeWith(plugins, (plugin, error, context) => report(plugin, 'observe', error, context));
  const isSeen = reserve !== undefined || observe !== undefined;
  return {
    inspect: inspectWith(plugins, clock),
    routed: inspectWith(plugins, clock, 'routed'),
    lookup,
    exclude: excludeWith(plugins),
    reserve,
    transform: transformWith(plugins, clock),
    review: reviewWith(plugins, clock),
    observe,
    viewOf: RequestView.of,
    planOf: (channel: Channel, request: RequestState, now) =>
      isSeen ? new AttemptView(channel, request, now) : undefined,
    holding: lookup === undefined ? undefined : (request) => new Holding(request),
  };
}
