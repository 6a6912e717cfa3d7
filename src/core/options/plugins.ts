import { ConfigError } from '../../errors.ts';
import type { Plugin, PluginCallOption } from '../../types/plugin.ts';
import type { Router } from '../../types/router.ts';
import { checkDuration, checkType, type Refuse, show } from '../../util/option-check.ts';

const stations = [
  'install',
  'warmup',
  'inspect',
  'routed',
  'lookup',
  'exclude',
  'reserve',
  'transform',
  'review',
  'observe',
  'targetStats',
  'inherited',
] as const satisfies readonly (keyof Plugin)[];

const routerMethods = [
  'targets',
  'routes',
  'chat',
  'stream',
  'embed',
  'image',
  'explain',
  'on',
  'with',
  'warmup',
  'stats',
  'close',
] as const satisfies readonly (keyof Router)[];

/** Refuses anything but `undefined` and a list of plugins whose names differ. */
export function checkPlugins(plugins: unknown, refuse: Refuse): void {
  if (plugins === undefined) return;
  if (!Array.isArray(plugins)) refuse('plugins', 'a list of plugins', show(plugins));
  const names = new Set<unknown>();
  const methods = new Set<string>(routerMethods);
  for (const [index, plugin] of plugins.entries()) {
    const path = `plugins[${index}]`;
    // A plugin may be an object of a class, with methods and fields of its own.
    if (typeof plugin !== 'object' || plugin === null) refuse(path, 'a plugin: an object', show(plugin));
    const { name, timeout, methods: own = {} }: Plugin = plugin;
    if (typeof name !== 'string' || name === '') refuse(`${path}.name`, 'a name', show(name));
    if (names.has(name)) refuse(`${path}.name`, 'a name that no other plugin has', show(name));
    names.add(name);
    checkDuration(`${path}.timeout`, timeout, refuse);
    for (const station of stations)
      checkType(`${path}.${station}`, (plugin as Plugin)[station], 'function', refuse);
    for (const [method, run] of Object.entries(own)) {
      if (typeof run !== 'function') refuse(`${path}.methods.${method}`, 'a function', show(run));
      if (methods.has(method))
        refuse(`${path}.methods`, 'names that neither the router nor another plugin uses', show(method));
      methods.add(method);
    }
    if (stations.every((station) => (plugin as Plugin)[station] === undefined))
      refuse(path, `a plugin with one of the methods ${stations.join(', ')}`, 'one with none of them');
  }
}

/**
 * The call options that plugins add, by name; `undefined` without any.
 *
 * @throws ConfigError where two plugins, or a plugin and the router, have the same option
 */
export function callOptionsOf(
  plugins: readonly Plugin[],
  taken: readonly string[],
): ReadonlyMap<string, PluginCallOption> | undefined {
  const all = new Map<string, PluginCallOption>();
  for (const { name: plugin, callOptions = {} } of plugins)
    for (const [name, option] of Object.entries(callOptions)) {
      if (taken.includes(name) || all.has(name))
        throw new ConfigError(`plugins: ${plugin}.callOptions`, 'names that are not taken', `'${name}'`);
      all.set(name, option);
    }
  return all.size === 0 ? undefined : all;
}

/** Refuses anything but `undefined` and a store. */
export function checkStore(store: unknown, refuse: Refuse): void {
  if (store === undefined) return;
  const operations = ['get', 'set', 'delete', 'publish', 'read', 'lease', 'settle'];
  const methods = (store ?? {}) as Readonly<Record<string, unknown>>;
  const missing = operations.find((operation) => typeof methods[operation] !== 'function');
  if (missing !== undefined)
    refuse('store', `a store, such as memory(): an object with the method ${missing}`, show(store));
}
