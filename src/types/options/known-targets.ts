import type { Provider } from '../provider.ts';
import type { KnownModels } from './known-models.ts';
import type { TargetFields, TargetIdOf } from './options.ts';

/** The option names of any of the targets. */
export type NamesOf<T> = T extends unknown ? keyof T : never;

/** Refuses targets with options that do not exist. */
export type KnownTargets<Target> = [Exclude<NamesOf<Target>, keyof TargetFields>] extends [never]
  ? unknown
  : {
      readonly targets: `a target has no option '${Exclude<NamesOf<Target>, keyof TargetFields> & string}'`;
    };

/** Refuses a router with neither targets nor providers. */
export type NeededTargets<Providers extends readonly unknown[]> = [Providers[number]] extends [never]
  ? { readonly targets: unknown }
  : unknown;

/** The known models of a provider by its name; `never` for other providers. */
export type KnownModelOf<P extends Provider> =
  P extends Provider<infer Name extends keyof KnownModels> ? KnownModels[Name] : never;

/** A target of one provider, whose models editors complete. */
export interface TargetOn<P extends Provider> extends TargetFields {
  /** The interface to the vendor. */
  readonly provider: P;
  /** The vendor's name of the model: a known one of this provider, or any other. For `aiSdk()`, an AI SDK model. */
  readonly model: KnownModelOf<P> | (string & {}) | object;
}

/** The ids of a router's `targets`. Any string without targets, because the names of models may come from users. */
export type OwnIdOf<Targets extends readonly TargetFields[]> = [Targets] extends [readonly []]
  ? string & {}
  : TargetIdOf<Targets>;

// `Record<never, never>` keeps the union from being reduced to the pattern, which editors cannot complete.
/** The ids of all models of a provider: the known ones, which editors complete, and any other. */
export type ModelIdOf<P extends Provider> =
  P extends Provider<infer Name>
    ? `${Name}/${KnownModelOf<P>}` | (`${Name}/${string}` & Record<never, never>)
    : never;
