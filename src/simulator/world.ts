import type { Script } from '../testing/scripted-provider.ts';
import type { Random } from '../types/clock.ts';
import type { TargetOptions } from '../types/options/options.ts';

/** A simulated target, as the router knows it. */
export interface WorldTarget
  extends Pick<TargetOptions, 'price' | 'weight' | 'tags' | 'concurrency' | 'rpm' | 'tpm'> {
  readonly id: string;
  /** Targets of one provider share an endpoint and fail together. */
  readonly provider: string;
}

/** One call of a target: the facts that its answer may depend on. */
export interface Ask {
  readonly target: string;
  /** Earlier attempts of the request at this target. */
  readonly before: number;
  /** Milliseconds since the world's start. */
  readonly now: number;
  readonly random: Random;
  /** A random number from 0 to 1 that is the same for the same texts in every request. */
  lot(words: string): number;
}

/** A target's outcome for a call. */
export interface Answer extends Script {
  /** The answer is complete, but the application's `accept` rejects it. */
  readonly unwanted?: boolean;
}

/** A request of the simulated traffic. */
export interface Arrival {
  /** Milliseconds since the world's start. */
  readonly at: number;
  readonly kind: 'chat' | 'stream';
  readonly route: string;
  /** The targets that may be used. Default: the route's. */
  readonly only?: readonly string[];
  readonly session?: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly inputTokens: number;
  /** The caller aborts after this many milliseconds. */
  readonly leavesAfter?: number;
  /** `accept` judges its answers; a rejected one fails over. */
  readonly judged?: boolean;
  answer(ask: Ask): Answer;
}

/** Targets and traffic, the same for every strategy. */
export interface World {
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly targets: readonly WorldTarget[];
  /** Ids of the targets of each route, in order. */
  readonly routes: Readonly<Record<string, readonly string[]>>;
  /** In order of arrival. */
  readonly arrivals: readonly Arrival[];
}
