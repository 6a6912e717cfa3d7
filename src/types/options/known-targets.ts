import type { Provider } from '../provider.ts';
import type { TargetOptions } from './options.ts';

/** The option names of any of the targets. */
export type NamesOf<T> = T extends unknown ? keyof T : never;

/** Refuses targets with options that do not exist. */
export type KnownTargets<Target> = [Exclude<NamesOf<Target>, keyof TargetOptions>] extends [never]
  ? unknown
  : {
      readonly targets: `a target has no option '${Exclude<NamesOf<Target>, keyof TargetOptions> & string}'`;
    };

/** Refuses a router with neither targets nor providers. */
export type NeededTargets<Targets, Providers extends readonly unknown[]> = [Providers[number]] extends [never]
  ? { readonly targets: Targets }
  : unknown;

/** The ids of the models of a router's `providers`. */
export type ModelIdOf<Providers extends readonly Provider[]> = Providers[number] extends infer P
  ? P extends Provider<infer Name>
    ? `${Name}/${string}`
    : never
  : never;
