import type { PriceBook } from '../pricing/price-book.ts';
import type { PromptCaches } from '../stats/prompt-caches.ts';
import type { Clock, Random } from '../types/clock.ts';
import type { QueuePolicy } from '../types/options/options.ts';
import type { ProviderCall } from '../types/provider.ts';
import type { Emitter } from '../util/emitter.ts';
import type { Slot, SwapSet } from '../util/swap-set.ts';
import type { Signal } from '../util/time/abort.ts';
import type { AwakeClock } from '../util/time/awake-clock.ts';
import type { Pulse } from '../util/time/pulse.ts';
import type { AdmissionQueue } from './admission/queue.ts';
import type { RouteFinder } from './routes.ts';
import type { Affinity } from './routing/affinity.ts';
import type { Selector } from './routing/select.ts';
import type { Stations } from './stations/stations.ts';
import type { Target } from './targets/target.ts';

/** A request under way. */
export interface ActiveRequest extends Slot {
  /** Ends it, from another request or from outside. */
  stop(reason: unknown): void;
  /** Only where requests are apart. */
  readonly apart?: ApartRequest;
}

/** What is known of a request that its runtime may drop without a word. */
export interface ApartRequest {
  readonly pulse: Pulse;
  /** Gives back all that it holds. It is not there any more to do so. */
  release(): void;
  /** When it was first found to be late with its pulse. */
  lateSince: number | undefined;
}

/** What all requests of one router share. */
export interface RouterContext {
  readonly targets: readonly Target[];
  /** Finds a route by its name or by a target's id. */
  readonly findRoute: RouteFinder;
  readonly stations: Stations;
  /** Chooses the route of calls that name none. */
  readonly selector: Selector | undefined;
  /** A new one for each request, unique within the process. */
  readonly nextId: () => string;
  readonly clock: Clock;
  /** Of timeouts, and of how long targets take. */
  readonly awake: AwakeClock;
  readonly random: Random;
  readonly prices: PriceBook;
  readonly events: Emitter;
  readonly affinity: Affinity;
  readonly caches: PromptCaches;
  readonly queue: AdmissionQueue;
  readonly queueLimits: Required<QueuePolicy>;
  /** What errors show of vendors' words, if not the usual. */
  readonly errors: ProviderCall['errors'];
  /** Aborted when the router is closed. */
  readonly closed: Signal;
  /** See `requestsAreApart`. */
  readonly apart: boolean;
  /** All requests under way, which end then. */
  readonly activeRequests: SwapSet<ActiveRequest>;
}
