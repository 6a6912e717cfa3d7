import { ConfigError } from '../../errors.ts';
import type { Plugin, PluginCallOption } from '../../types/plugin.ts';
import type { Router } from '../../types/router.ts';
import {
  callback,
  duration,
  each,
  elements,
  type Flaw,
  fields,
  is,
  optional,
  type Shape,
  wrong,
} from '../../util/shape.ts';

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

const list = is('a list of plugins', Array.isArray);
// A plugin may be an instance of a class, with further methods and fields.
const plugin = is('a plugin: an object', (value) => typeof value === 'object' && value !== null);
const known = fields({
  timeout: optional(duration),
  ...each(stations, optional(callback)),
});
const noStation = `a plugin with one of the methods ${stations.join(', ')}`;

/** A list of plugins whose names differ. */
export function plugins(value: unknown): Flaw | undefined {
  const names = new Set<unknown>();
  const methods = new Set<string>(routerMethods);
  const flawIn = (each: unknown): Flaw | undefined => {
    const flaw = plugin(each);
    if (flaw !== undefined) return flaw;
    const { name, methods: own = {} } = each as Plugin;
    if (typeof name !== 'string' || name === '') return wrong('a name', name, '.name');
    if (names.has(name)) return wrong('a unique name', name, '.name');
    names.add(name);
    const bad = known(each);
    if (bad !== undefined) return bad;
    for (const [method, run] of Object.entries(own)) {
      if (typeof run !== 'function') return wrong('a function', run, `.methods.${method}`);
      if (methods.has(method))
        return wrong('names that neither the router nor another plugin uses', method, '.methods');
      methods.add(method);
    }
    const isUnused = stations.every((station) => (each as Plugin)[station] === undefined);
    return isUnused ? { ...wrong(noStation, each), got: 'one with none of them' } : undefined;
  };
  return list(value) ?? elements(value as readonly unknown[], flawIn);
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

const operations = ['get', 'set', 'delete', 'publish', 'read', 'lease', 'settle'];

export const store: Shape = (value) => {
  const methods = (value ?? {}) as Readonly<Record<string, unknown>>;
  const missing = operations.find((operation) => typeof methods[operation] !== 'function');
  return missing === undefined
    ? undefined
    : wrong(`a store, such as memory(): an object with the method ${missing}`, value);
};
