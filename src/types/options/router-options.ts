import type { Clock, Random } from '../clock.ts';
import type { Plugin } from '../plugin.ts';
import type { Store } from '../store.ts';
import type {
  Catalog,
  Policies,
  QueuePolicy,
  RouteNameOf,
  RouteOptions,
  TargetIdOf,
  TargetOptions,
} from './options.ts';
import type { Select, SelectOptions } from './select.ts';

/** The options of `createRouter`. */
export interface RouterOptions<
  Targets extends readonly TargetOptions[] = readonly TargetOptions[],
  Routes extends Readonly<Record<string, RouteOptions<TargetIdOf<Targets>>>> = Readonly<
    Record<string, RouteOptions<TargetIdOf<Targets>>>
  >,
> extends Policies {
  readonly targets: Targets;
  /** Without it: one route, `default`, over all targets. A route named `default` is used when a call names none. */
  readonly routes?: Routes;
  /**
   * Chooses the route of each chat and stream whose call names none; with limits of its own where it is given as an object.
   * Default: the route `default`.
   *
   * @example
   * select: byComplexity({ simple: 'cheap', complex: 'strong' })
   * @example
   * select: { by: askSmallModel, timeout: 300, otherwise: 'cheap' }
   */
  readonly select?:
    | Select<RouteNameOf<NoInfer<Targets>, NoInfer<Routes>>>
    | SelectOptions<RouteNameOf<NoInfer<Targets>, NoInfer<Routes>>>;
  /**
   * What is added to the way of every request, in this order where several do the same: see `Plugin`.
   *
   * @example
   * plugins: [allowedModels, auditLog]
   */
  readonly plugins?: readonly Plugin[];
  /** Where plugins share state with other processes. Default: `memory()`, which is shared with none. */
  readonly store?: Store;
  /** Shared by all requests of the router. */
  readonly queue?: QueuePolicy;
  /** `false`: no catalog, only declared prices. Default: `@pydantic/genai-prices`, loaded when first needed. */
  readonly catalog?: Catalog | false;
  /** Default: the runtime's monotonic clock and timers. */
  readonly clock?: Clock;
  /** Default: `Math.random`. */
  readonly random?: Random;
}
