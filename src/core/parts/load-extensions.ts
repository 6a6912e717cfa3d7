import type { Signal } from '../../util/time/abort.ts';
import type { RouterContext } from '../context.ts';
import { noStations } from '../stations/stations.ts';
import { extensionsPart } from './extensions-part.ts';
import { loadRest } from './rest.ts';

/** Whether a router has plugins or `select` whose code is not loaded. */
export function lacksExtensions(env: RouterContext): boolean {
  if (env.stations !== noStations || env.selector !== undefined) return false;
  return env.plugins.length > 0 || env.select !== undefined;
}

/** Loads the code for plugins and `select`, and all that their requests may need. */
export async function loadExtensions(env: RouterContext, signal?: Signal): Promise<void> {
  const { parts, clock, plugins, events, select, findRoute } = env;
  const [{ compileStations, createSelector }] = await Promise.all([
    parts.load(extensionsPart, clock, signal),
    loadRest(env, signal),
  ]);
  if (!lacksExtensions(env)) return;
  if (plugins.length > 0) env.stations = compileStations(plugins, events, clock);
  if (select !== undefined) env.selector = createSelector(select, findRoute);
}
