import { describe, expect, it } from 'vitest';
import { inputEstimate } from '../../src/pricing/estimate.ts';
import { type Contender, contenders } from './contenders.ts';
import { runHerd } from './herd.ts';
import { lawOf, measured } from './laws.ts';
import { play } from './play.ts';
import { resultOf } from './score.ts';
import { drawWorld, type Kind } from './worlds.ts';

const seeds = [1, 2, 3];
/** Long enough for troubles to begin and end. */
const short = { rate: 10, duration: 12_000 };
const some = ['steady', 'slowdown', 'limits', 'sessions', 'sizes'] as const;
const others = ['liteLlmLatency', 'liteLlmCost', 'ax', 'lowestLatency', 'balanced'] as const;

async function scoreOf(kind: Kind, contender: Contender): Promise<number> {
  let sum = 0;
  for (const seed of seeds) sum += resultOf(await play(drawWorld(kind, seed, short), contender)).score;
  return sum;
}

describe('the routing bench', () => {
  it('has laws with the figures that were published', () => {
    for (const figures of measured) {
      const { quantile, mean } = lawOf(figures);
      expect(quantile(0.5)).toBeCloseTo(figures.p50, -1);
      expect(quantile(0.95) / figures.p95).toBeCloseTo(1, 2);
      expect(quantile(0.99) / figures.p99).toBeCloseTo(1, 2);
      expect(quantile(1)).toBe(figures.max);
      expect(mean).toBeGreaterThan(figures.p50);
    }
  });

  it('has prompts of as many tokens as the router estimates', () => {
    const { estimateInput } = inputEstimate();
    for (const { messages, inputTokens } of drawWorld('sizes', 1, short).requests)
      expect(estimateInput(messages) / inputTokens).toBeCloseTo(1, 1);
  });

  it.each(Object.keys(contenders) as Contender[])(
    'gives %s the same figures for the same seed',
    async (contender) => {
      for (const kind of ['limits', 'sessions'] as const) {
        const world = drawWorld(kind, 7, { rate: 10, duration: 6_000 });
        expect(await play(world, contender)).toEqual(await play(drawWorld(kind, 7, world), contender));
      }
    },
  );

  it.each(some)('has an oracle that no rule beats: %s', async (kind) => {
    const best = await scoreOf(kind, 'oracle');
    for (const contender of others) {
      expect(await scoreOf(kind, contender), contender).toBeGreaterThanOrEqual(best);
    }
  });

  it('ranks the fastest oracle as the fastest', async () => {
    const world = drawWorld('steady', 5, short);
    const fastest = resultOf(await play(world, 'fastestOracle')).firstToken;
    for (const contender of ['oracle', 'random', 'lowestCost'] as const) {
      expect(resultOf(await play(world, contender)).firstToken).toBeGreaterThanOrEqual(fastest);
    }
  });

  it('has a herd of 50 processes that does not run from target to target', async () => {
    const make = contenders.lowestLatency;
    const loads = await runHerd({ seed: 1, processes: 50, duration: 90_000, make });
    for (const { least, most } of loads) {
      expect(least).toBeGreaterThan(0.5);
      expect(most).toBeLessThan(2);
    }
  });
});
