import { weighted } from 'signalbox';
import { type Contender, contenders } from './contenders.ts';
import { fairWeights, type Load, runHerd } from './herd.ts';
import { type Outcome, play } from './play.ts';
import { type Cell, cellOf } from './score.ts';
import {
  drawWorld,
  type Kind,
  slowdown,
  type Workload,
  type World,
  type WorldOptions,
  worthOf,
} from './worlds.ts';

/** Worlds of one kind, all played by one contender. */
export interface Job {
  readonly kind: Kind;
  readonly contender: Contender;
  readonly seeds: number;
  readonly options: WorldOptions;
  /** What is measured: requests that come from this moment on, in milliseconds. Default: all. */
  readonly from?: number;
}

/** One herd. */
export interface HerdJob {
  /** `fair`: by chance, in the targets’ fair shares, so that one sees what chance alone does. */
  readonly herd: 'lowestLatency' | 'balanced' | 'liteLlmLatency' | 'fair';
  readonly seed: number;
}

export interface Done {
  readonly cell: Cell;
  /** Of worlds with a slow-down: seconds until the slow target had been left; `Infinity` where it never was. */
  readonly recoveries: readonly number[];
}

/** So many requests in a row, of which but one may go to the slow target, say that it has been left. */
const run = 10;

export function doHerd({ herd, seed }: HerdJob): Promise<readonly Load[]> {
  const make = herd === 'fair' ? () => ({ strategy: weighted(fairWeights) }) : contenders[herd];
  return runHerd({ seed, processes: 50, duration: 180_000, make });
}

/** @param parts of a trace, if there is one: each world plays one of them, in turn */
export async function doJob(
  { kind, contender, seeds, options, from = 0 }: Job,
  parts: readonly Workload[] = [],
): Promise<Done> {
  const worlds: (readonly Outcome[])[] = [];
  const recoveries: number[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const workload = parts[seed % parts.length];
    const world = drawWorld(kind, seed, workload === undefined ? options : { ...options, workload });
    const outcomes = await play(world, contender);
    worlds.push(outcomes.filter(({ at }) => at >= from));
    recoveries.push(...recoveryOf(world, outcomes, options.trouble ?? 'worth'));
  }
  return { cell: cellOf(worlds), recoveries };
}

/**
 * When the slow target was left, if there is one that is no longer the best: counted from the slow-down, by when requests came.
 */
function recoveryOf(
  { targets }: World,
  outcomes: readonly Outcome[],
  wish: 'worth' | 'speed',
): readonly number[] {
  const slow = targets.find((target) => target.slow !== undefined);
  if (slow?.slow === undefined) return [];
  const own = worthOf(slow, wish, slowdown);
  if (targets.every((target) => target === slow || worthOf(target, wish) >= own)) return [];
  const { from, to } = slow.slow;
  const during = outcomes.filter(({ at }) => at >= from && at < to);
  const left = during.find((_, index) => {
    const next = during.slice(index, index + run);
    return next.length === run && next.filter(({ first }) => first === slow.id).length <= 1;
  });
  return [left === undefined ? Number.POSITIVE_INFINITY : (left.at - from) / 1_000];
}
