import { type Policies, priority, type Strategy, weighted } from 'signalbox';
import { describe, expect, it } from 'vitest';
import { worldOfLog } from '../../src/simulator/log/from-log.ts';
import { readLog } from '../../src/simulator/log/read-log.ts';
import { play } from '../../src/simulator/play.ts';
import { type Figures, figuresOf } from '../../src/simulator/summary.ts';
import { namesOf } from '../../src/simulator/target-spec.ts';
import { logOfTraffic, type Vendor } from './traffic.ts';

const vendors = {
  'expensive/m': {
    price: { input: 3, output: 15, cacheRead: 0.3 },
    firstToken: [200, 600],
    errorRate: 0.03,
    outage: [1_200_000, 1_320_000],
    cached: 0.5,
  },
  'cheap/m': { price: { input: 0.2, output: 0.8 }, firstToken: [500, 1_500], errorRate: 0.05 },
  'spare/m': { price: { input: 1, output: 4, request: 0.001 }, firstToken: [300, 900] },
} as const satisfies Record<string, Vendor>;

/** The order of the targets, which a log made under `weighted` does not tell. */
const order = Object.keys(vendors).map(namesOf);

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

/** A log of real traffic, and the same traffic under a strategy of the same or another kind. */
async function replay(
  logged: Strategy,
  played: Strategy,
  seed = 1,
): Promise<{ readonly actual: Figures; readonly simulated: Figures }> {
  const lines = await logOfTraffic({ vendors, strategy: logged, requests: 1_200, every: 3_000, seed });
  const requests = await readLog(each(lines), 'log');
  const { world, played: those, notes } = worldOfLog(requests, order, undefined);
  expect(those).toHaveLength(lines.length);
  expect(notes.filter((note) => !note.includes('has only'))).toEqual([]);
  return { actual: figuresOf(those), simulated: figuresOf(await play(world, played, {}, seed)) };
}

const difference = (a: number, b: number): number => Math.abs(a - b) / b;

describe('a log that is played with the strategy it was made with', () => {
  it('costs the same to the cent, and takes as long, where nothing was left to chance', async () => {
    const { 'cheap/m': cheap, 'spare/m': spare } = vendors;
    const healthy = { 'cheap/m': { ...cheap, errorRate: 0, cached: 0.5 }, 'spare/m': spare };
    const plain = { vendors: healthy, strategy: priority(), requests: 300, every: 500, seed: 3, leave: 0 };
    const requests = await readLog(each(await logOfTraffic(plain)), 'log');
    const { world, played } = worldOfLog(requests, [], undefined);
    const [actual, simulated] = [figuresOf(played), figuresOf(await play(world, priority(), {}, 1))];
    expect(simulated.cost).toBeCloseTo(actual.cost, 9);
    expect(simulated.firstToken?.p99).toBeCloseTo(actual.firstToken?.p99 ?? 0, 6);
    expect(simulated.total?.p95).toBeCloseTo(actual.total?.p95 ?? 0, 6);
    expect(simulated.shares).toEqual(actual.shares);
  });

  it.each([1, 2, 3, 4])(
    'costs the same within two per cent under priority, with failures, an outage and callers who leave, seed %i',
    async (seed) => {
      const { actual, simulated } = await replay(priority(), priority(), seed);
      expect(difference(simulated.cost, actual.cost)).toBeLessThan(0.02);
      expect(difference(simulated.firstToken?.p50 ?? 0, actual.firstToken?.p50 ?? 0)).toBeLessThan(0.05);
      expect(difference(simulated.total?.p50 ?? 0, actual.total?.p50 ?? 0)).toBeLessThan(0.05);
      expect(simulated.requests).toBe(actual.requests);
      expect(Math.abs(simulated.answered - actual.answered)).toBeLessThan(0.01 * actual.requests);
    },
  );

  it('costs the same within three per cent under weighted, which draws again, on average of six', async () => {
    const costs = { actual: 0, simulated: 0 };
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const { actual, simulated } = await replay(weighted(), weighted(), seed);
      costs.actual += actual.cost;
      costs.simulated += simulated.cost;
      for (const [id, share] of Object.entries(actual.shares))
        expect(Math.abs((simulated.shares[id] ?? 0) - share)).toBeLessThan(0.05);
    }
    expect(difference(costs.simulated, costs.actual)).toBeLessThan(0.03);
  });
});

describe('a log of more than requests and their answers', () => {
  const healthy = { 'cheap/m': { ...vendors['cheap/m'], errorRate: 0 }, 'spare/m': vendors['spare/m'] };
  const plain = { vendors: healthy, strategy: priority(), requests: 300, every: 500, seed: 3, leave: 0 };

  it('costs the same where cheap answers were tried first and not wanted', async () => {
    const policies: Policies = {
      accept: ({ usage: { outputTokens = 0 }, target }) => target === 'spare/m' || outputTokens > 120,
      interrupted: 'restart',
    };
    const requests = await readLog(each(await logOfTraffic({ ...plain, policies })), 'log');
    const { world, played } = worldOfLog(requests, [], undefined);
    const actual = figuresOf(played);
    const simulated = figuresOf(await play(world, priority(), { interrupted: 'restart' }, 1));
    expect(actual.shares['spare/m']).toBeGreaterThan(0.3);
    expect(simulated.shares).toEqual(actual.shares);
    expect(simulated.cost).toBeCloseTo(actual.cost, 9);
  });

  it('shows the price of the standard tier, whatever else was served', async () => {
    const lines = (await logOfTraffic(plain)).map((line, index) => {
      const request = JSON.parse(line);
      const [attempt] = request.attempts;
      if (index % 3 === 0 || attempt?.cost === undefined) return line;
      const half = Object.entries(attempt.cost).map(([part, usd]) => [
        part,
        typeof usd === 'number' ? usd / 2 : usd,
      ]);
      const flex = { ...attempt, serviceTier: 'flex', cost: Object.fromEntries(half) };
      return JSON.stringify({ ...request, attempts: [flex, ...request.attempts.slice(1)] });
    });
    const { world } = worldOfLog(await readLog(each(lines), 'log'), [], undefined);
    expect(world.targets.find(({ id }) => id === 'cheap/m')?.price).toEqual(vendors['cheap/m'].price);
  });

  it('has no requests in copies for a mirror, but shows by them what its target would have cost', async () => {
    const policies: Policies = { mirror: { target: 'cheap/m', ratio: 0.5 } };
    const routes = { default: { targets: ['spare/m'] } };
    const lines = await logOfTraffic({ ...plain, policies, routes });
    const requests = await readLog(each(lines), 'log');
    expect(requests.length).toBeGreaterThan(400);
    const without = worldOfLog(requests, [], undefined);
    expect(without.played).toHaveLength(300);
    expect(without.notes.join()).toMatch(/1\d\d mirror copies are not replayed/);
    const asBefore = figuresOf(await play(without.world, priority(), {}, 1));
    expect(asBefore.shares).toEqual({ 'spare/m': 1 });
    const { world } = worldOfLog(requests, [namesOf('cheap/m')], undefined);
    const { shares, cost } = figuresOf(await play(world, priority(), {}, 1));
    expect(shares).toEqual({ 'cheap/m': 1 });
    expect(cost).toBeLessThan(asBefore.cost / 3);
  });
});

describe('a log that is played with another strategy', () => {
  it('costs what that one would have cost, within five per cent', async () => {
    const { simulated } = await replay(weighted(), priority());
    const { actual } = await replay(priority(), priority());
    expect(difference(simulated.cost, actual.cost)).toBeLessThan(0.05);
    expect(
      Math.abs((simulated.shares['expensive/m'] ?? 0) - (actual.shares['expensive/m'] ?? 0)),
    ).toBeLessThan(0.05);
  });

  it('shows an outage of which the log has only a few probes', async () => {
    const { simulated } = await replay(
      priority(),
      weighted({ 'expensive/m': 1, 'spare/m': 1, 'cheap/m': 0 }),
    );
    // Two minutes of sixty, in which all that would have gone there went to the other one.
    expect(simulated.shares['spare/m']).toBeGreaterThan(simulated.shares['expensive/m'] ?? 0);
  });

  it('gives the same for the same seed, and something else for another one', async () => {
    const lines = await logOfTraffic({ vendors, strategy: weighted(), requests: 200, every: 200, seed: 9 });
    const requests = await readLog(each(lines), 'log');
    const { world } = worldOfLog(requests, [], undefined);
    const costs: number[] = [];
    for (const seed of [5, 5, 6]) costs.push(figuresOf(await play(world, weighted(), {}, seed)).cost);
    expect(costs[1]).toBe(costs[0]);
    expect(costs[2]).not.toBe(costs[0]);
  });
});
