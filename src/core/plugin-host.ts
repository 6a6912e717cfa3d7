import type { CallOptions } from '../types/options/call-options.ts';
import type { Plugin, PluginHost, Replica, RequestContext } from '../types/plugin.ts';
import type { Router } from '../types/router.ts';
import type { Store } from '../types/store.ts';
import { repeat } from '../util/time/clock.ts';
import type { RouterContext } from './context.ts';
import { extensionsPart } from './parts/extensions-part.ts';
import { loadRest } from './parts/rest.ts';
import { pluginErrors } from './stations/stations.ts';
import { emitHealthChange } from './targets/target-health.ts';

/** Turns of the microtask queue after which a stopped request has ended. */
const mostTurns = 100;

/** Installs the plugins of a router. Returns a function that closes them in reverse order; it awaits all and never rejects. */
export function installPlugins(
  plugins: readonly Plugin[],
  router: Router,
  store: Store,
  env: RouterContext,
  options: object,
): () => Promise<void> {
  const { clock, random, events } = env;
  // On first use, because recording data for other processes has a cost.
  let replicas: readonly Replica[] | undefined;
  const report = pluginErrors(events);
  const endings: (readonly [Plugin, () => unknown])[] = [];
  for (const plugin of plugins) {
    const host: PluginHost = {
      router,
      options,
      store,
      clock,
      random,
      async replicas() {
        await loadRest(env, env.closed); // what measures the targets
        const { replicasOf } = await env.parts.load(extensionsPart, clock, env.closed);
        replicas ??= replicasOf(env, (target) => emitHealthChange(target, env));
        return replicas;
      },
      every(ms, run) {
        const stop = repeat(clock, ms, run, (error) => report(plugin, 'background', error));
        env.closed.addEventListener('abort', stop, { once: true });
        return stop;
      },
      shadow(context, id, onEnd = () => {}) {
        const extensions = env.parts.get(extensionsPart);
        if (extensions === undefined) onEnd();
        else extensions.shadow(env, context, id, onEnd);
      },
      hold: (context) => env.parts.get(extensionsPart)?.hold(context),
      onBehalfOf: (context) => optionsOnBehalf(plugins, context),
      report: (error) => report(plugin, 'background', error),
      emit: events.emit,
    };
    Object.assign(router, plugin.methods);
    const end = plugin.install?.(host);
    if (end !== undefined) endings.push([plugin, end]);
  }
  return async () => {
    // Stopped requests end within a few turns; plugins must see their end first.
    for (let turn = 0; turn < mostTurns && env.activeRequests.items.length > 0; turn++) await undefined;
    for (const [plugin, end] of endings.reverse()) {
      try {
        await end();
      } catch (error) {
        report(plugin, 'background', error);
      }
    }
  };
}

function optionsOnBehalf(plugins: readonly Plugin[], context: RequestContext): CallOptions {
  const { tenant, user } = context;
  const inherited = plugins.map((plugin) => plugin.inherited?.(context) ?? {});
  return Object.assign(
    {},
    ...inherited,
    tenant === undefined ? {} : { tenant },
    user === undefined ? {} : { user },
  );
}
