import {
  balanced,
  highestThroughput,
  inverseSquarePrice,
  lowestCost,
  lowestLatency,
  type Strategy,
} from 'signalbox';
import {
  liteLlmCost,
  liteLlmLatency,
  type MakePlayer,
  openRouter,
  type Player,
  random,
  roundRobin,
} from './baselines.ts';
import { ax, kong } from './learners.ts';
import { oracle } from './oracle.ts';
import { perFailure, perSecond } from './worlds.ts';

/** Everybody who plays. */
export const contenders = {
  oracle: (world, truth): Player => ({ strategy: oracle(world, truth, 'worth') }),
  fastestOracle: (world, truth): Player => ({ strategy: oracle(world, truth, 'speed') }),
  random,
  roundRobin,
  liteLlmLatency,
  liteLlmCost,
  openRouter,
  kong,
  ax,
  lowestLatency: own(() => lowestLatency()),
  lowestCost: own(() => lowestCost()),
  balanced: own(() => balanced({ perSecond, perFailure })),
  highestThroughput: own(() => highestThroughput()),
  inverseSquarePrice: own(() => inverseSquarePrice()),
} as const satisfies Readonly<Record<string, MakePlayer>>;

export type Contender = keyof typeof contenders;

/** Rules of others, as they document them. */
export const baselines = [
  'random',
  'roundRobin',
  'liteLlmLatency',
  'liteLlmCost',
  'openRouter',
  'kong',
  'ax',
] as const satisfies readonly Contender[];

export const ownStrategies = [
  'lowestLatency',
  'lowestCost',
  'balanced',
  'highestThroughput',
  'inverseSquarePrice',
] as const satisfies readonly Contender[];

function own(make: () => Strategy): () => Player {
  return () => ({ strategy: make() });
}
