import { describe, expect, it } from 'vitest';
import { noRedis } from '../support/redis-server.ts';
import { killUntilRefused, play, type Scenario } from './scenarios.ts';
import { settle } from './settle.ts';

const reason = noRedis();
// In CI everything has to be there.
const skipped = reason !== undefined && process.env['CI'] === undefined;
if (skipped) console.warn(`limits over Redis are skipped: ${reason}`);

// The short form of `npm run budgets`.
/** A store that no fault befalls is never away, however slow the machine is. */
const patient = { storeTimeout: 60_000 } as const;
const base = { processes: 3, usd: 4 } as const;
const killed: Omit<Scenario, 'store'> = {
  ...base,
  ...patient,
  name: 'kill -9',
  happen: (scene) => killUntilRefused(scene, 3, 1_000),
};
const frozen: Omit<Scenario, 'store'> = {
  ...base,
  name: 'frozen',
  async happen({ crew, server }) {
    await crew.answered(30);
    server?.freeze();
    await crew.refused(3);
    server?.thaw();
    await crew.refused(30);
  },
};

describe('a limit over three processes', () => {
  it.skipIf(skipped)('holds over Redis, and nearly all of it is used', async () => {
    const { billed } = await play({
      ...base,
      ...patient,
      name: 'whole',
      store: 'redis',
      happen: ({ crew }) => crew.refused(120),
    });
    expect(billed).toBeLessThanOrEqual(4);
    expect(billed).toBeGreaterThan(0.98 * 4);
  });

  it.skipIf(skipped)('holds when processes are killed, over Redis', async () => {
    expect((await play({ ...killed, store: 'redis' })).billed).toBeLessThanOrEqual(4);
  });

  it.skipIf(skipped)('holds when Redis is frozen', async () => {
    expect((await play({ ...frozen, store: 'redis' })).billed).toBeLessThanOrEqual(4);
  });

  it('holds when processes are killed, over SQLite', async () => {
    expect((await play({ ...killed, store: 'sqlite' })).billed).toBeLessThanOrEqual(4);
  });
});

describe('what is settled', () => {
  it('is what the vendor billed, wherever the vendor counted', async () => {
    const { billed, settled, mismatches, byEvents, inLimit } = await settle(500);
    expect(mismatches).toBe(0);
    expect(settled.toFixed(6)).toBe(billed.toFixed(6));
    expect(inLimit).toBeCloseTo(byEvents, 9);
  });
});
