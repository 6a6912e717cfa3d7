import type { Clock, Random } from '../clock.ts';
import type { Plugin } from '../plugin.ts';
import type { Provider } from '../provider.ts';
import type { Store } from '../store.ts';
import type { TargetOn } from './known-targets.ts';
import type {
  Catalog,
  Policies,
  QueuePolicy,
  RouteNameOf,
  RouteOptions,
  TargetFields,
  TargetIdOf,
  TargetOptions,
} from './options.ts';
import type { Select, SelectOptions } from './select.ts';

/** Options of `createRouter`. */
export interface RouterOptions<
  Targets extends readonly TargetFields[] = readonly TargetOptions[],
  Routes extends Readonly<Record<string, RouteOptions<TargetIdOf<Targets>>>> = Readonly<
    Record<string, RouteOptions<TargetIdOf<Targets>>>
  >,
  TargetProviders extends readonly Provider[] = readonly Provider[],
> extends Policies<NoInfer<TargetIdOf<Targets>>> {
  /** The targets that requests go to. Can be omitted if there are `providers`. */
  readonly targets?:
    | Targets
    | { readonly [Index in keyof TargetProviders]: TargetOn<TargetProviders[Index]> };
  /**
   * Providers of which calls may name any model as `provider/model`, at prices of the catalog and under the router's policies:
   * as `model`, `targets` or `route`. The router knows up to 256 of them at a time, and drops the least recently used, so that names
   * may come from users. They belong to no route.
   *
   * @default none
   * @example
   * const router = createRouter({ providers: [openai(), groq()] });
   * await router.chat({ prompt: 'Why is the sky blue?' }, { model: 'groq/llama-3.3-70b-versatile' });
   */
  readonly providers?: readonly Provider[];
  /**
   * Routes by name. A call that names no route uses the route `default`.
   *
   * @default one route, `default`, with all targets
   */
  readonly routes?: Routes;
  /**
   * Selects the route of each chat and stream whose call names none. The object form adds a timeout and a
   * fallback route.
   *
   * @default the route `default`
   * @example
   * select: byComplexity({ simple: 'cheap', complex: 'strong' })
   * @example
   * select: { by: askSmallModel, timeout: 300, otherwise: 'cheap' }
   */
  readonly select?:
    | Select<RouteNameOf<NoInfer<Targets>, NoInfer<Routes>>>
    | SelectOptions<RouteNameOf<NoInfer<Targets>, NoInfer<Routes>>>;
  /**
   * Plugins, in the order in which they run. See `Plugin`.
   *
   * @example
   * plugins: [allowedModels, auditLog]
   */
  readonly plugins?: readonly Plugin[];
  /** Store that plugins use to share state between processes. @default memory(), which is not shared */
  readonly store?: Store;
  /**
   * What errors show of the words of vendors, which can quote the request.
   *
   * - `redacted`: the vendor's sentence without whatever the prompt, the key or the headers hold, which reads `[redacted]`
   * - `full`: the whole sentence. For development: prompts then reach logs and events.
   * - `hidden`: only status and code
   *
   * `error.unredacted()` has the whole sentence in any case.
   *
   * @default 'redacted'
   */
  readonly errors?: 'redacted' | 'full' | 'hidden';
  /**
   * Whether `console.warn` reports a target that goes out of service (rejected or missing key, unknown model, exhausted credit, open
   * breaker), once per target and reason, as long as nothing listens to `target-state`.
   *
   * @default true
   */
  readonly log?: boolean;
  /** Queue for all requests of the router. */
  readonly queue?: QueuePolicy;
  /**
   * Source of prices for targets that declare none. `false`: declared prices only.
   *
   * @default the prices of genai-prices that signalbox contains, loaded on first use
   */
  readonly catalog?: Catalog | false;
  /** Source of time. @default the runtime's monotonic clock and timers */
  readonly clock?: Clock;
  /** Source of randomness. @default Math.random */
  readonly random?: Random;
}
