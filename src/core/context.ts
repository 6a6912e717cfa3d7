import type { PriceBook } from '../pricing/price-book.ts';
import type { PromptCaches } from '../stats/prompt-caches.ts';
import type { Clock, Random } from '../types/clock.ts';
import type { QueuePolicy } from '../types/options/options.ts';
import type { SelectOptions } from '../types/options/select.ts';
import type { Plugin } from '../types/plugin.ts';
import type { ProviderCall } from '../types/provider.ts';
import type { Emitter } from '../util/emitter.ts';
import type { Parts } from '../util/lazy.ts';
import type { Slot, SwapSet } from '../util/swap-set.ts';
import type { Signal } from '../util/time/abort.ts';
import type { AwakeClock } from '../util/time/awake-clock.ts';
import type { Pulse } from '../util/time/pulse.ts';
import type { AdmissionQueue } from './admission/queue.ts';
import type { AddedOptions } from './options/call-options.ts';
import type { RouteFinder } from './routes.ts';
import type { Affinity } from './routing/affinity.ts';
import type { Selector } from './routing/more/select.ts';
import type { Stations } from './stations/stations.ts';
import type { CreateTargets, Target } from './targets/target.ts';

/** A request in flight. */
export interface ActiveRequest extends Slot {
  /** Ends the request from outside. */
  stop(reason: unknown): void;
  /** Only in runtimes that isolate requests. */
  readonly apart?: ApartRequest;
}

/** The liveness of a request in a runtime that may drop it silently. */
export interface ApartRequest {
  readonly pulse: Pulse;
  /** Releases everything the dropped request holds. */
  release(): void;
  /** When its pulse was first found to be late. */
  lateSince: number | undefined;
}

/** The state that all requests of a router share. */
export interface RouterContext {
  /** All, with the models that calls have named. */
  readonly targets: readonly Target[];
  readonly createTargets: CreateTargets;
  /** Loads what finds models by name; `undefined` if it is loaded, or the router has no `providers`. */
  loadModels: ((signal: Signal | undefined) => Promise<unknown>) | undefined;
  /** The names of providers of which the targets use several accounts. */
  readonly several: ReadonlySet<string>;
  /** Finds a route by name or by a target's id. */
  readonly findRoute: RouteFinder;
  readonly plugins: readonly Plugin[];
  /** The plugins, compiled; none until their code is loaded: see `loadExtensions`. */
  stations: Stations;
  /** Call options that plugins add. */
  readonly callOptions: AddedOptions;
  /** The code loaded so far, beyond what a plain chat needs. */
  readonly parts: Parts;
  /** Whether all code that any chat needs is loaded: see `loadRest`. */
  isWhole: boolean;
  /** Selects the route of calls that name none. */
  readonly select: SelectOptions | undefined;
  /** Runs `select`; `undefined` until its code is loaded. */
  selector: Selector | undefined;
  /** Creates a request id, unique within the process. */
  readonly nextId: () => string;
  readonly clock: Clock;
  /** Measures timeouts and latencies. */
  readonly awake: AwakeClock;
  readonly random: Random;
  readonly prices: PriceBook;
  readonly events: Emitter;
  readonly affinity: Affinity;
  /** `undefined` until the code that measures is loaded. */
  caches: PromptCaches | undefined;
  /** What is to be learned from answers once it is. */
  readonly unlearned: (() => void)[];
  /** `undefined` until a request has waited: see `queueOf`. */
  queue: AdmissionQueue | undefined;
  readonly queueLimits: Required<QueuePolicy>;
  /** What errors show of vendors' words, if not the usual. */
  readonly errors: ProviderCall['errors'];
  /** Whether new requests are refused. */
  readonly draining: { now: boolean };
  /** What has been printed of targets out of service; `undefined` if nothing is to be. */
  readonly warned: Set<string> | undefined;
  /** Aborted when the router is closed. */
  readonly closed: Signal;
  /** See `requestsAreApart`. */
  readonly apart: boolean;
  /** All requests in flight, which `close()` ends. */
  readonly activeRequests: SwapSet<ActiveRequest>;
}
