import type { Script } from '../../testing/scripted-provider.ts';
import type { Random } from '../../types/clock.ts';
import type { TargetOptions } from '../../types/options/options.ts';

/** A target that is played: what a router knows of it. */
export interface WorldTarget
  extends Pick<TargetOptions, 'price' | 'weight' | 'tags' | 'concurrency' | 'rpm' | 'tpm'> {
  readonly id: string;
  /** Targets of one provider share an endpoint, and fail with it. */
  readonly provider: string;
}

/** What a target is asked for, as far as its answer depends on it. */
export interface Ask {
  readonly target: string;
  /** How often the request has asked this target before. */
  readonly before: number;
  /** Milliseconds since the world's start. */
  readonly now: number;
  readonly random: Random;
  /** A share from 0 to 1 that is the same for the same words, whatever request asks. */
  lot(words: string): number;
}

/** What a target does with a request. */
export interface Answer extends Script {
  /** The answer is complete, but not what the application wants: its `accept` says so. */
  readonly unwanted?: boolean;
}

/** A request on its way in. */
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
  /** The caller leaves after so many milliseconds. */
  readonly leavesAfter?: number;
  /** Its answers are judged, and another target is asked after one that is unwanted. */
  readonly judged?: boolean;
  answer(ask: Ask): Answer;
}

/** Targets and the traffic that comes to them. The same for every strategy. */
export interface World {
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly targets: readonly WorldTarget[];
  /** Ids of the targets of each route, in order. */
  readonly routes: Readonly<Record<string, readonly string[]>>;
  /** In the order in which they come. */
  readonly arrivals: readonly Arrival[];
}
