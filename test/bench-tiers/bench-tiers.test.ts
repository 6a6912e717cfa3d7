import { describe, expect, it } from 'vitest';
import { readTrace } from '../../src/simulator/trace.ts';
import { batchWorlds, busy, calm, flexWorlds } from './laws.ts';
import { type Plan, play } from './play.ts';
import { figuresOf } from './table.ts';
import type { Tier } from './vendor.ts';

/** A trace of three dozen requests, three a second. */
async function* rows() {
  yield 'TIMESTAMP,ContextTokens,GeneratedTokens';
  for (let row = 0; row < 36; row++) {
    const second = String(Math.floor(row / 3)).padStart(2, '0');
    yield `2024-01-01 00:00:${second}.${(row % 3) * 3}00,${100 + 10 * row},${20 + row}`;
  }
}
const { requests } = await readTrace(rows(), 'rows');
const price = { input: 0.25, output: 2 };
const setting = { provider: 'openai', model: 'gpt-5-mini', price, requests, seed: 1 };
const worldOf = <T extends { readonly name: string }>(worlds: readonly T[], name: string): T => {
  const found = worlds.find((world) => world.name === name);
  if (found === undefined) throw new Error(`no world ${name}`);
  return found;
};
const plan = (
  tiers: readonly Tier[],
  deadline = Number.POSITIVE_INFINITY,
  flex = 'calm',
  batch = 'usual',
): Plan => ({
  tiers,
  deadline,
  flex: worldOf(flexWorlds, flex),
  batch: worldOf(batchWorlds, batch),
});
const hour = 3_600_000;
const inputTokens = requests.reduce((sum, request) => sum + request.inputTokens, 0);
const outputTokens = requests.reduce((sum, request) => sum + request.outputTokens, 0);
/** What all requests cost at the published prices. */
const whole = (inputTokens * 0.25 + outputTokens * 2) / 1_000_000;

describe('the bench of tiers', () => {
  it('has a bill of standard that is the tokens of the trace at the price of the catalog', async () => {
    const played = await play(setting, plan(['standard']));
    const { bill, unused, cheap, lost, requests: count } = figuresOf(played);
    expect(bill).toBeCloseTo(whole, 12);
    expect(played.reported).toBeCloseTo(whole, 12);
    expect({ count, unused, cheap, lost }).toEqual({ count: 36, unused: 0, cheap: 0, lost: 0 });
  });

  it('sums what each tier charged for each request, and the router reports the same', async () => {
    const played = await play({ ...setting, seed: 3 }, plan(['flex', 'standard'], 60_000));
    const { bill, unused, cheap, fallbacks } = figuresOf(played);
    const costs = played.outcomes.map(({ number, tier }) => {
      const { inputTokens: input = 0, outputTokens: output = 0 } = requests[number] ?? {};
      return ((input * 0.25 + output * 2) / 1_000_000) * (tier === 'flex' ? 0.5 : 1);
    });
    expect(bill - unused).toBeCloseTo(
      costs.reduce((sum, cost) => sum + cost, 0),
      12,
    );
    expect(played.reported).toBeCloseTo(bill, 12);
    expect(cheap).toBeGreaterThan(0.5);
    expect(cheap + fallbacks.refused + fallbacks.slow + fallbacks.skipped).toBeCloseTo(1, 12);
  });

  it('answers through batches at half of the bill', async () => {
    const played = await play(setting, plan(['batch', 'standard'], 24 * hour));
    const { bill, cheap, p50, late } = figuresOf(played);
    expect(cheap).toBe(1);
    expect(bill).toBeCloseTo(whole / 2, 12);
    expect(played.reported).toBeCloseTo(whole / 2, 12);
    expect(p50).toBeGreaterThan(15_000);
    expect(late).toBe(0);
  });

  it('has requests answered by standard where a batch is not done in time', async () => {
    const never = { name: 'never', what: '', duration: () => 48 * hour };
    const played = await play(setting, { ...plan(['batch', 'standard'], 6 * hour), batch: never });
    const { cheap, fallbacks, late, lost, unused, bill } = figuresOf(played);
    expect({ cheap, slow: fallbacks.slow, late, lost }).toEqual({ cheap: 0, slow: 1, late: 0, lost: 0 });
    expect(bill - unused).toBeCloseTo(whole, 12);
  });

  it('gives the same figures for the same seed', async () => {
    const mixed = plan(['flex', 'standard'], 60_000, 'busy');
    expect(await play(setting, mixed)).toEqual(await play(setting, mixed));
    expect(await play({ ...setting, seed: 2 }, mixed)).not.toEqual(await play(setting, mixed));
  });

  it('has laws with the figures that were published', () => {
    expect(busy.queue(0.05) / 60_000).toBeCloseTo(1, 3);
    expect(busy.queue(0.95) / 60_000).toBeCloseTo(15, 2);
    expect(calm.slowness(0.5)).toBeGreaterThan(1.1);
    const { duration } = worldOf(batchWorlds, 'usual');
    expect(duration(0.5) / 60_000).toBeCloseTo(7, 1);
    expect(duration(0.9) / 60_000).toBeCloseTo(60, 1);
    const slow = worldOf(batchWorlds, 'slow').duration;
    expect([slow(0.7), slow(0.9)].map((ms) => ms / hour)).toEqual([1, 8]);
  });
});
